import { hash } from 'node:crypto';
import type { CacheScope } from './cache-control.ts';
import type { StoragePolicy } from './collected-policy.ts';

/** A whole answer as it is kept. */
export interface StoredAnswer {
  readonly kind: 'answer';
  readonly scope: CacheScope;
  /** As it is sent. */
  readonly body: Buffer;
  /** Tells it from other bodies. */
  readonly digest: string;
  readonly maxAgeS: number;
  /** When its first subgraph was asked, in Unix milliseconds. */
  readonly filledAtMs: number;
  readonly tags: readonly string[];
}

/** What is kept in an answer's place: that every viewer has one of their own, or that none is kept. */
export type Marker = { readonly kind: 'private' } | { readonly kind: 'uncacheable' };

export type StoredValue = StoredAnswer | Marker;

/** @param filledAtMs when its first subgraph was asked, in Unix milliseconds */
export function storedAnswer(body: Buffer, policy: StoragePolicy, filledAtMs: number): StoredAnswer {
  return { kind: 'answer', body, digest: hash('sha256', body, 'base64url'), filledAtMs, ...policy };
}

/** How old an answer is, in whole seconds. */
export function ageSeconds({ filledAtMs }: StoredAnswer, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - filledAtMs) / 1_000));
}

/** Whether a value out of a store is one of ours. */
export function isStoredValue(value: unknown): value is StoredValue {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind !== 'answer') return value.kind === 'private' || value.kind === 'uncacheable';
  const { scope, body, digest, maxAgeS, filledAtMs, tags } = value as Partial<StoredAnswer>;
  return (
    (scope === 'public' || scope === 'private') &&
    Buffer.isBuffer(body) &&
    typeof digest === 'string' &&
    typeof maxAgeS === 'number' &&
    typeof filledAtMs === 'number' &&
    Array.isArray(tags)
  );
}

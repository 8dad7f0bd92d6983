import type { ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';
import { type CacheAllowance, readCacheControl } from './cache-control.ts';

/** How an answer may be kept. */
export interface StoragePolicy extends CacheAllowance {
  /** Who invalidates one of them invalidates the answer. */
  readonly tags: readonly string[];
}

/** More cost more to look after than the answer is worth. */
export const MOST_TAGS = 1_000;

/**
 * Finds out how an answer may be kept that is made of several: for the shortest time and the narrowest scope that any of them
 * allows, and for as long as none of their tags is invalidated. One that says nothing allows nothing.
 */
export class CollectedPolicy {
  readonly #tags = new Set<string>();
  #allowance: CacheAllowance | 'none' | undefined;

  add({ cacheControl, answer: { extensions } }: ReceivedAnswer): void {
    const allowance = readCacheControl(cacheControl);
    this.#allowance = allowance && this.#allowance !== 'none' ? narrower(allowance, this.#allowance) : 'none';
    const tags = extensions['apolloCacheTags'];
    if (tags === undefined) return;
    // What is not understood may be the tag that would have been invalidated.
    if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'))
      for (const tag of tags) this.#tags.add(tag);
    else this.#allowance = 'none';
  }

  /** `undefined` when the answer may not be kept, as one may not that no subgraph was asked for. */
  get policy(): StoragePolicy | undefined {
    if (this.#allowance === undefined || this.#allowance === 'none' || this.#tags.size > MOST_TAGS) return undefined;
    return { ...this.#allowance, tags: [...this.#tags] };
  }
}

function narrower(one: CacheAllowance, other: CacheAllowance | undefined): CacheAllowance {
  if (!other) return one;
  return {
    maxAgeS: Math.min(one.maxAgeS, other.maxAgeS),
    scope: one.scope === 'public' ? other.scope : 'private',
  };
}

import { type CheckOptions, checkSchema, isAcceptable, type SchemaCheck } from '../schema-check/check-schema.ts';
import type { KnownOperation } from '../schema-check/known-operations.ts';
import { type PublishedSchema, versionOf } from './published-schema.ts';
import type { PublishedSchemas } from './published-schemas.ts';

/** A supergraph that is to be published. */
export interface SchemaCandidate extends Pick<PublishedSchema, 'sdl' | 'smokeOperations'> {
  /** What clients send, to judge by; `undefined` where nothing is known of them. */
  readonly operations: readonly KnownOperation[] | undefined;
  /** What there is besides to check it by. */
  readonly checks?: CheckOptions;
  /** Whether it is published although it breaks clients. */
  readonly isForced: boolean;
}

/** What became of a candidate. */
export type Publication =
  | { readonly kind: 'published' | 'refused'; readonly version: string; readonly check: SchemaCheck | undefined }
  | { readonly kind: 'already current'; readonly version: string }
  /** Another version became current after this one was checked: what it means to clients is to be checked again. */
  | { readonly kind: 'overtaken'; readonly version: string };

/**
 * Checks a supergraph against the version that is current, and makes it the current one if that still is. Nothing is to be
 * checked for the first one.
 * @throws Error when Redis cannot be reached, or one of the supergraphs cannot be used
 */
export async function publishSchema(
  store: Pick<PublishedSchemas, 'readAll' | 'publish'>,
  { sdl, smokeOperations, operations, checks, isForced }: SchemaCandidate,
): Promise<Publication> {
  const version = versionOf({ sdl, smokeOperations });
  const { current } = await store.readAll();
  if (current?.version === version) return { kind: 'already current', version };
  const check = await checkSchema({ base: current?.sdl ?? sdl, next: sdl }, operations, checks);
  if (!isForced && !isAcceptable(check)) return { kind: 'refused', version, check };
  const publishedAt = new Date().toISOString();
  const isPublished = await store.publish({ version, publishedAt, sdl, smokeOperations }, current?.version);
  return isPublished ? { kind: 'published', version, check: current && check } : { kind: 'overtaken', version };
}

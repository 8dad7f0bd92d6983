import type { PublishedSchema } from './published-schema.ts';

/** What a source has now. */
export type SupergraphReading =
  | { readonly kind: 'published'; readonly schema: Pick<PublishedSchema, 'version' | 'sdl' | 'smokeOperations'> }
  /** It is what the caller has. */
  | { readonly kind: 'unchanged' }
  /** Nothing was ever published, or the source has lost it. */
  | { readonly kind: 'nothing' };

/** Where gateways find the supergraph that they are to serve. */
export interface SupergraphSource {
  /**
   * @param knownVersion what the caller has
   * @throws Error when it cannot be read
   */
  read(knownVersion: string | undefined): Promise<SupergraphReading>;
}

import type { PublishedOperation } from './manifest.ts';

/** What is published, as a source has it. */
export type Publication =
  | { readonly kind: 'published'; readonly revision: string; readonly operations: readonly PublishedOperation[] }
  /** It is what it was at the revision asked about. */
  | { readonly kind: 'unchanged' }
  /** Nothing was ever published, or the source has lost it. */
  | { readonly kind: 'nothing' };

/** Where published operations are kept. */
export interface OperationSource {
  /**
   * What is published now.
   * @param knownRevision of what the caller has already
   * @throws Error when it cannot be read
   */
  read(knownRevision: string | undefined): Promise<Publication>;
}

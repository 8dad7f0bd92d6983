import { z } from 'zod';
import { TEXT_LIMIT } from './persisted-texts.ts';

const OPERATIONS_LIMIT = 20_000;
const name = z.string().min(1).max(256);

const operation = z.object({
  /** What clients send in place of the text: its SHA-256 unless they were told otherwise. */
  id: name,
  /** The text: one operation with its fragments. */
  body: z.string().min(1).max(TEXT_LIMIT),
  /** Of the operation. */
  name,
  type: z.enum(['query', 'mutation', 'subscription']),
  /** Whose clients alone may send the id; everybody's without. */
  clientName: name.nullish(),
});

/** Apollo's format of lists of operations, as its tools and clients write it. */
export const manifestSchema = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(operation).max(OPERATIONS_LIMIT),
});

/** One operation that a client may send. */
export type PublishedOperation = z.output<typeof operation>;
export type Manifest = z.output<typeof manifestSchema>;

/** A version of a client. */
export interface ClientVersion {
  readonly name: string;
  readonly version: string;
}

/** A manifest as it was published. */
export const publishedManifestSchema = z.object({
  client: z.object({ name, version: name }),
  publishedAt: z.iso.datetime(),
  manifest: manifestSchema,
});
export type PublishedManifest = z.output<typeof publishedManifestSchema>;

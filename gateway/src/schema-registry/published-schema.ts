import { hash } from 'node:crypto';
import { z } from 'zod';

const VERSION_LENGTH = 16;

/** One version of the supergraph as it was published; it never changes. */
export const publishedSchemaSchema = z.object({
  /** As `versionOf` has it. */
  version: z.string().length(VERSION_LENGTH),
  publishedAt: z.iso.datetime(),
  sdl: z.string().min(1),
  /** Texts of queries that gateways try before they serve the version; one that fails keeps them from it. */
  smokeOperations: z.array(z.string()),
});
export type PublishedSchema = z.output<typeof publishedSchemaSchema>;

/** The version of what is published: equal for equal contents, however often they are published. */
export function versionOf({ sdl, smokeOperations }: Pick<PublishedSchema, 'sdl' | 'smokeOperations'>): string {
  return hash('sha256', JSON.stringify([sdl, smokeOperations])).slice(0, VERSION_LENGTH);
}

import { type DocumentNode, parse } from 'graphql';
import type { Answer } from '../execution/compiled-operation.ts';

/** What kept a supergraph from being served, although it is one. */
export class SmokeTestError extends Error {
  override readonly name = 'SmokeTestError';
}

/**
 * Executes queries on a supergraph before it is served, as somebody whom nobody knows.
 * @throws SmokeTestError for the first that is not answered without an error
 */
export async function smokeTest(
  texts: readonly string[],
  execute: (document: DocumentNode) => Promise<Answer>,
): Promise<void> {
  for (const text of texts) {
    const failure = await execute(parse(text, { noLocation: true })).then(
      ({ errors }) => errors[0]?.message,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (failure !== undefined) throw new SmokeTestError(`smoke operation "${text.trim().slice(0, 100)}": ${failure}`);
  }
}

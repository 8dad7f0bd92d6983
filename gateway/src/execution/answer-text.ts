import type { GraphQLFormattedError } from 'graphql';
import type { JsonObject } from '../subgraph-fetch/json-object.ts';

/** An answer as the body of a response, its errors first, as the specification advises. */
export function answerText(data: JsonObject | null, errors: readonly GraphQLFormattedError[]): string {
  return errors.length === 0 ? JSON.stringify({ data }) : JSON.stringify({ errors, data });
}

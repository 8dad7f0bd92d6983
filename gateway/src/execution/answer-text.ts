import type { GraphQLFormattedError } from 'graphql';

/**
 * An answer as the body of a response, its errors first, as the specification advises.
 * @param dataText as JSON
 */
export function answerText(dataText: string, errors: readonly GraphQLFormattedError[]): string {
  return errors.length === 0 ? `{"data":${dataText}}` : `{"errors":${JSON.stringify(errors)},"data":${dataText}}`;
}

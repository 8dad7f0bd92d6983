import type { GraphQLFormattedError } from 'graphql';

/** For a longer text, writing to a socket sets three bytes aside for every character, which costs more than encoding it here. */
const LONGEST_TEXT = 16_384;

/**
 * An answer as the body of a response, its errors first, as the specification advises.
 * @param dataText as JSON
 * @returns bytes for a long one
 */
export function answerBody(dataText: string, errors: readonly GraphQLFormattedError[]): string | Buffer {
  const text = errors.length === 0 ? `{"data":${dataText}}` : `{"errors":${JSON.stringify(errors)},"data":${dataText}}`;
  return text.length > LONGEST_TEXT ? Buffer.from(text) : text;
}

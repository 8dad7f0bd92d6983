import { CodedError } from '../errors/coded-error.ts';

/** NUL as JSON and GraphQL escape it, and as a URL encodes it or those escapes. */
const nul = /%00|(?:\\|%5c)u(?:0000|(?:\{|%7b)0+(?:\}|%7d))/i;

/**
 * Refuses text that holds NUL, before anything is done with it: no text that people write has one, and Postgres cannot store it,
 * so it would otherwise come up as a defect deep inside.
 *
 * @param text a request's body or query string as it was sent
 * @throws CodedError BAD_USER_INPUT
 */
export function refuseNul(text: string): void {
  // Every form of it has one of the two, most texts have neither, and to look for them costs a tenth.
  if (!text.includes('\\') && !text.includes('%')) return;
  if (nul.test(text)) throw new CodedError('BAD_USER_INPUT', 'Text must not hold the character NUL');
}

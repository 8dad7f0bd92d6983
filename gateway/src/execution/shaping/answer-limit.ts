import { CodedError } from '@tributary/runtime/errors/coded-error';

/** How many characters of JSON an answer may have unless told: the same few objects of subgraphs can stand in it any number of times. */
export const DEFAULT_ANSWER_LIMIT = 64 * 1024 * 1024;

/** @param maximum in characters of JSON */
export function answerTooLarge(maximum: number): CodedError {
  return new CodedError('ANSWER_TOO_LARGE', `The answer would have more than ${maximum} characters`, {
    extensions: { maximum },
  });
}

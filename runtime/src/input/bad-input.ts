import { CodedError } from '../errors/coded-error.ts';

/**
 * The error of a value that its field refuses.
 *
 * @param field its path inside the input, with dots
 */
export function badInput(field: string, problem: string): CodedError {
  return new CodedError('BAD_USER_INPUT', `${field}: ${problem}`, { extensions: { field } });
}

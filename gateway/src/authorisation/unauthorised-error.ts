import type { AnswerError } from '../execution/failure-log.ts';
import type { Refusal } from './refusals.ts';

/** What clients are told of a field that was refused, as Apollo's router has it. */
export function unauthorisedError({ path }: Refusal): AnswerError {
  return { message: 'Unauthorized field or type', path, extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } };
}

import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { LimitName } from './operation-limits.ts';
import { SATURATED_SIZE } from './operation-size.ts';

const described: Readonly<Record<LimitName, string>> = {
  tokens: 'tokens',
  depth: 'levels of depth',
  fields: 'fields, with fragments expanded',
  typedFields: 'fields, with fragments expanded and interfaces and unions counted by type',
  fragments: 'fragments, with fragments expanded',
  aliases: 'aliases, with fragments expanded',
  rootFields: 'root fields, with fragments expanded',
  directives: 'directives, with fragments expanded',
};

/**
 * The refusal of a document that exceeds a limit.
 * @param actual how large it is, as far as that was counted; unknown for a document that could not be parsed to its end
 */
export function operationTooLarge(limit: LimitName, maximum: number, actual?: number): CodedError {
  const has = actual === undefined || actual >= SATURATED_SIZE ? 'more' : String(actual);
  return new CodedError(
    'OPERATION_TOO_LARGE',
    `The limit is ${maximum} ${described[limit]}; the operation has ${has}`,
    {
      extensions: { limit, maximum, ...(actual !== undefined && { actual }) },
    },
  );
}

import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { LimitName } from './operation-limits.ts';

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
 * @param actual how large it is; unknown for a document that was not parsed or counted to its end
 */
export function operationTooLarge(limit: LimitName, maximum: number, actual?: number): CodedError {
  return new CodedError(
    'OPERATION_TOO_LARGE',
    `The limit is ${maximum} ${described[limit]}; the operation has ${actual ?? 'more'}`,
    {
      extensions: { limit, maximum, ...(actual !== undefined && { actual }) },
    },
  );
}

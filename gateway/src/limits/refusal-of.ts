import { CodedError } from '@tributary/runtime/errors/coded-error';
import { GraphQLError } from 'graphql';
import type { OperationLimits } from './operation-limits.ts';
import { operationTooLarge } from './operation-too-large.ts';
import { plannerRefusal } from './planner-limits.ts';

/** graphql-js says "that" for "than"; it may come to spell it otherwise. */
const TOO_MANY_TOKENS = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;
const STACK_OVERFLOW = 'Maximum call stack size exceeded';

/**
 * The refusal that an error of Apollo Server stands for: it wraps those of validation in errors of its own, and the parser has no
 * word for its limits, of which one is the depth of the stack.
 */
export function refusalOf(error: unknown, limits: OperationLimits): CodedError | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const { originalError, message, extensions } = error;
  if (originalError instanceof CodedError && originalError.code === 'OPERATION_TOO_LARGE') return originalError;
  const refusal = plannerRefusal(originalError);
  if (refusal || extensions['code'] !== 'GRAPHQL_PARSE_FAILED') return refusal;
  if (TOO_MANY_TOKENS.test(message)) return operationTooLarge('tokens', limits.tokens.maximum);
  if (message === STACK_OVERFLOW) return operationTooLarge('depth', limits.depth.maximum);
  return undefined;
}

import type { QueryPlannerConfig } from '@apollo/query-planner';
import { CodedError } from '@tributary/runtime/errors/coded-error';

/**
 * How far Apollo's planner may go. Where several subgraphs have a field it compares plans, in time that grows with their number:
 * by default up to 10,000 of them, over as many ways to reach a field as there are.
 */
export const queryPlannerConfig: QueryPlannerConfig = {
  debug: {
    /** It still takes the best of those it looks at. */
    maxEvaluatedPlans: 1_000,
    /** Beyond it the planner gives up, which takes milliseconds; without it, minutes and gigabytes. */
    pathsLimit: 1_000,
  },
};

/** The last is an array of combinations that no machine could hold. */
const GIVES_UP = /^(Number of non-local selections exceeds limit|Too many options generated|Invalid array length)/;

/** The refusal that an error of the planner stands for, when it is one of giving up. */
export function plannerRefusal(error: unknown): CodedError | undefined {
  if (!(error instanceof Error) || !GIVES_UP.test(error.message)) return undefined;
  return new CodedError('OPERATION_TOO_LARGE', 'There are too many ways to plan the operation', {
    extensions: { limit: 'planning' },
    cause: error,
  });
}

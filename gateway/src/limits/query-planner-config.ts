import type { QueryPlannerConfig } from '@apollo/query-planner';

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

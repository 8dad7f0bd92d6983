import type { QueryPlan } from '@apollo/query-planner';

/** A plan in Apollo's notation. The planner's package is loaded with the first one: nothing else of this thread needs it. */
export async function queryPlanText(plan: QueryPlan): Promise<string> {
  const { prettyFormatQueryPlan } = await import('@apollo/query-planner');
  return prettyFormatQueryPlan(plan);
}

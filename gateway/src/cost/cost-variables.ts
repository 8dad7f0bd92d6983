import { integerVariable, listVariable } from '@tributary/runtime/environment/variables';
import { z } from 'zod';
import { limitVariable } from '../limits/limit-variable.ts';
import type { Limit } from '../limits/operation-limits.ts';
import { type CostLimits, defaultCostLimits } from './cost-limits.ts';

const ENTRY = /^(?<subgraph>[^=]+)=(?<mode>measure:)?(?<maximum>[1-9]\d{0,8})$/;

/** What operations may cost. */
export const costVariables = {
  TRIBUTARY_COST: z
    .enum(['on', 'off'], 'expected on or off')
    .default('on')
    .describe('on: operations are weighed before they are executed; off: they are not, and cost nothing'),
  TRIBUTARY_COST_LIMIT: limitVariable(defaultCostLimits.operation, 'most that an operation may cost, as estimated'),
  TRIBUTARY_COST_SUBGRAPH_LIMITS: listVariable
    .transform((entries, context): ReadonlyMap<string, Limit> => {
      const limits = new Map<string, Limit>();
      for (const entry of entries) {
        const { subgraph, mode, maximum } = ENTRY.exec(entry)?.groups ?? {};
        if (subgraph === undefined || limits.has(subgraph)) {
          context.addIssue({ code: 'custom', message: 'expected each subgraph once, as orders=5000' });
          return z.NEVER;
        }
        limits.set(subgraph, { maximum: Number(maximum), isEnforced: mode === undefined });
      }
      return limits;
    })
    .default(new Map())
    .describe('comma-separated limits of what of an operation single subgraphs execute, as orders=5000'),
  TRIBUTARY_COST_LIST_SIZE: integerVariable({ min: 1, max: 10_000, default: defaultCostLimits.listSize }).describe(
    'how long a list is taken to be of which schemas say nothing',
  ),
};

/** What the variables say; `off` where operations cost nothing. */
export function costLimits(environment: z.output<z.ZodObject<typeof costVariables>>): CostLimits | 'off' {
  if (environment.TRIBUTARY_COST === 'off') return 'off';
  return {
    operation: environment.TRIBUTARY_COST_LIMIT,
    subgraphs: environment.TRIBUTARY_COST_SUBGRAPH_LIMITS,
    listSize: environment.TRIBUTARY_COST_LIST_SIZE,
  };
}

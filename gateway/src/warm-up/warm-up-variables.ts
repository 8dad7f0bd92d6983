import { integerVariable } from '@tributary/runtime/environment/variables';
import type { z } from 'zod';
import type { WarmUpSettings } from './open-warm-up.ts';

const SECOND_MS = 1_000;

/** What a gateway plans before it is ready. */
export const warmUpVariables = {
  TRIBUTARY_WARM_UP_OPERATIONS: integerVariable({ min: 0, max: 5_000, default: 200 }).describe(
    'how many of the hottest operations are planned before a supergraph is served; 0 plans none ahead',
  ),
  TRIBUTARY_WARM_UP_LIMIT_S: integerVariable({ min: 1, max: 600, default: 20 }).describe('how long that may take'),
};

/** What the variables say. */
export function warmUpSettings(environment: z.output<z.ZodObject<typeof warmUpVariables>>): WarmUpSettings {
  return {
    operations: environment.TRIBUTARY_WARM_UP_OPERATIONS,
    limitMs: environment.TRIBUTARY_WARM_UP_LIMIT_S * SECOND_MS,
  };
}

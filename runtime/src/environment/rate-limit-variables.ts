import { z } from 'zod';
import { type WithoutStore, withoutStoreModes } from '../rate-limit/leased-bucket.ts';
import { integerVariable } from './variables.ts';

/** How long Redis is waited for, and what becomes of limits while it is away, or where there is none. */
export interface WithoutRedisOptions {
  /** How many processes share a limit then. */
  readonly processes: number;
  readonly withoutStore: WithoutStore;
  /** How long a request may wait for Redis. */
  readonly budgetMs: number;
}

/** What becomes of limits while Redis is away, or where there is none. */
export const withoutRedisVariables = {
  TRIBUTARY_RATE_LIMIT_PROCESSES: integerVariable({ min: 1, max: 10_000, default: 1 }).describe(
    'how many processes share a limit where there is no Redis, or while it is away',
  ),
  TRIBUTARY_RATE_LIMIT_WITHOUT_REDIS: z
    .enum(withoutStoreModes, `expected ${withoutStoreModes.join(', ')}`)
    .default('share')
    .describe(
      'what holds while Redis is away: share (each process has its part of a limit), open (no limit), closed (503 for all who are limited)',
    ),
  TRIBUTARY_RATE_LIMIT_BUDGET_MS: integerVariable({ min: 1, max: 5_000, default: 50 }).describe(
    'how long a request may wait for what Redis knows of its client',
  ),
};

/** What the variables say. */
export function withoutRedisOptions(
  environment: z.output<z.ZodObject<typeof withoutRedisVariables>>,
): WithoutRedisOptions {
  return {
    processes: environment.TRIBUTARY_RATE_LIMIT_PROCESSES,
    withoutStore: environment.TRIBUTARY_RATE_LIMIT_WITHOUT_REDIS,
    budgetMs: environment.TRIBUTARY_RATE_LIMIT_BUDGET_MS,
  };
}

/** Whether fields with `@rateLimit` are limited, and what becomes of that without Redis. */
export const fieldLimitVariables = {
  TRIBUTARY_FIELD_RATE_LIMITS: z
    .enum(['on', 'off'], 'expected on or off')
    .default('on')
    .describe('on: fields with @rateLimit are limited; off: they are not'),
  ...withoutRedisVariables,
};

/** What the variables say. */
export function fieldLimitOptions(
  environment: z.output<z.ZodObject<typeof fieldLimitVariables>>,
): WithoutRedisOptions | 'off' {
  return environment.TRIBUTARY_FIELD_RATE_LIMITS === 'off' ? 'off' : withoutRedisOptions(environment);
}

import { integerVariable } from '@tributary/runtime/environment/variables';
import type { z } from 'zod';

/** How many streams a gateway has open, and how it keeps them. */
export interface SubscriptionLimits {
  /** Of one viewer. */
  readonly perViewer: number;
  /** Of all viewers. */
  readonly perProcess: number;
  /** Between two signs of life on a stream on which nothing else happens. */
  readonly heartbeatMs: number;
  /** Between two looks at whether a stream's token still counts, besides one before each event. */
  readonly checkMs: number;
  /** How many events may wait at this gateway for a client that takes them slowly. */
  readonly waiting: number;
  /** How long a client may take nothing of what is there. */
  readonly stuckMs: number;
}

export const defaultSubscriptionLimits: SubscriptionLimits = {
  perViewer: 10,
  perProcess: 10_000,
  heartbeatMs: 15_000,
  checkMs: 5_000,
  waiting: 64,
  stuckMs: 30_000,
};

/** The variables that bound subscriptions. */
export const subscriptionVariables = {
  TRIBUTARY_SUBSCRIPTIONS_PER_VIEWER: integerVariable({
    min: 1,
    max: 1_000,
    default: defaultSubscriptionLimits.perViewer,
  }).describe('how many streams one viewer may have open at this gateway'),
  TRIBUTARY_SUBSCRIPTIONS_LIMIT: integerVariable({
    min: 0,
    max: 1_000_000,
    default: defaultSubscriptionLimits.perProcess,
  }).describe('how many streams this gateway has open at most; 0 takes none'),
  TRIBUTARY_SUBSCRIPTIONS_HEARTBEAT_S: integerVariable({
    min: 1,
    max: 300,
    default: defaultSubscriptionLimits.heartbeatMs / 1_000,
  }).describe('seconds between two signs of life on an idle stream: fewer than a proxy in front waits'),
};

/** The limits, from the environment. */
export function subscriptionLimits(env: z.output<z.ZodObject<typeof subscriptionVariables>>): SubscriptionLimits {
  const heartbeatMs = env.TRIBUTARY_SUBSCRIPTIONS_HEARTBEAT_S * 1_000;
  return {
    ...defaultSubscriptionLimits,
    perViewer: env.TRIBUTARY_SUBSCRIPTIONS_PER_VIEWER,
    perProcess: env.TRIBUTARY_SUBSCRIPTIONS_LIMIT,
    heartbeatMs,
    checkMs: checkIntervalMs(heartbeatMs),
  };
}

/** Signs of life go out at some of the looks at a stream, so these divide the time between two of them, to the millisecond. */
function checkIntervalMs(heartbeatMs: number): number {
  return heartbeatMs / Math.ceil(heartbeatMs / defaultSubscriptionLimits.checkMs);
}

import { describe, expect, it } from '@jest/globals';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { z } from 'zod';
import { subscriptionLimits, subscriptionVariables } from './subscription-limits.ts';

describe('the limits of subscriptions', () => {
  it.each([1, 4, 7, 8, 15, 29, 300])('let a sign of life go out every %d s, as was asked', (seconds) => {
    const environment = { TRIBUTARY_SUBSCRIPTIONS_HEARTBEAT_S: String(seconds) };
    const limits = subscriptionLimits(parseEnvironment(z.object(subscriptionVariables), environment));
    const looks = limits.heartbeatMs / limits.checkMs;
    expect(looks).toBeCloseTo(Math.round(looks));
    expect(limits).toMatchObject({ heartbeatMs: seconds * 1_000 });
    expect(limits.checkMs).toBeLessThanOrEqual(5_000);
  });
});

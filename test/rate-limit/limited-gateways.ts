import { defaultCostLimits } from '@tributary/gateway/cost/cost-limits';
import type { GatewayOptions } from '@tributary/gateway/gateway-options';
import type { RateLimitOptions } from '@tributary/gateway/rate-limit/rate-limit-variables';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import type { BucketLimit } from '@tributary/runtime/rate-limit/bucket-limit';

/** So long that nothing comes back in a test. */
export const WINDOW_MS = 36_000_000;

/** Limits of which nothing is at hand anywhere unless the options say so. */
export function limitsOf(
  capacities: Readonly<Record<string, number>>,
  options: Partial<RateLimitOptions> = {},
): RateLimitOptions {
  const limits = Object.entries(capacities).map(([name, capacity]): [string, BucketLimit] => [
    name,
    { capacity, windowMs: WINDOW_MS },
  ]);
  return {
    limits: new Map(limits),
    apiKeys: new Map(),
    lease: 1,
    operationCost: 1,
    processes: 1,
    withoutStore: 'share',
    // Nothing is to depend on how busy a machine is.
    budgetMs: 5_000,
    ...options,
  };
}

/** A gateway of the small shop that weighs operations; its clients come through a proxy, so that tests say who they are. */
export function startLimitedGateway(
  rateLimits: RateLimitOptions,
  { url, ...options }: Partial<GatewayOptions> & { url?: string | undefined } = {},
): Promise<ShopGateway> {
  return startShopGateway({
    rateLimits,
    costs: defaultCostLimits,
    trustedProxies: ['127.0.0.1'],
    ...(url !== undefined && { cache: { url, coordinationUrl: undefined, localLimitBytes: 1_000_000 } }),
    ...options,
  });
}

/** What is left for a client, as an answer says. */
export function remainingOf({ headers }: Response): number {
  return Number(/;r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
}

/** How many of some requests had each status. */
export async function statusesOf(requests: readonly Promise<Response>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const response of await Promise.all(requests)) {
    await response.arrayBuffer();
    counts[response.status] = (counts[response.status] ?? 0) + 1;
  }
  return counts;
}

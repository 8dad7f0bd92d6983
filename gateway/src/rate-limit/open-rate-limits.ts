import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import { RateLimiter } from '@tributary/runtime/rate-limit/rate-limiter';
import { createRedisTokenStore } from '@tributary/runtime/rate-limit/redis-token-store';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { ClientAddress } from '../edge/client-address.ts';
import { ClientClasses, type LimitedRequest } from './client-classes.ts';
import type { RateLimitPolicy } from './rate-limit-policy.ts';
import type { RateLimitOptions } from './rate-limit-variables.ts';
import type { Payer } from './request-account.ts';

/** The limits of a gateway's clients. */
export interface RateLimits {
  /** What every operation costs. */
  readonly operationCost: number;
  /** Of every class of clients that is limited. */
  readonly policies: readonly RateLimitPolicy[];
  /** Whose tokens a request spends; `undefined` where it is not limited. */
  payerOf(viewer: Viewer | null, request: LimitedRequest): Payer | undefined;
}

/**
 * Opens the limits of a gateway's clients; the scope closes them.
 * @param parts.redis where gateways share them; without it each has its share
 */
export function openRateLimits(
  options: RateLimitOptions | undefined,
  parts: { redis: RedisCommands | undefined; clientAddress: ClientAddress; scope: Scope; logger: Logger },
): RateLimits | undefined {
  if (!options) return undefined;
  const { redis, clientAddress, scope, logger } = parts;
  if (!redis)
    logger.warn({ processes: options.processes }, 'no Redis is set: each process limits clients to its share');
  const limiter = new RateLimiter({
    store: redis && createRedisTokenStore({ commands: redis, budgetMs: options.budgetMs }),
    lease: options.lease,
    processes: options.processes,
    withoutStore: options.withoutStore,
  });
  scope.own(limiter, undefined, 'rate limits');
  const classes = new ClientClasses({ limits: options.limits, apiKeys: options.apiKeys, clientAddress });
  return {
    operationCost: options.operationCost,
    policies: classes.policies,
    payerOf(viewer, request) {
      const client = classes.of(viewer, request);
      return (
        client && { bucket: limiter.bucketOf({ key: client.key, limit: client.policy.limit }), policy: client.policy }
      );
    },
  };
}

import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { OperationList } from '../persisted-operations/operation-list.ts';
import type { HotOperation, HotOperationSource } from './hot-operation.ts';
import { HotOperations } from './hot-operations.ts';
import { OperationCounter, type UseObserver } from './operation-uses.ts';
import { reportUses } from './report-uses.ts';
import { createWarmUp, type WarmUp } from './warm-up.ts';

export interface WarmUpSettings {
  /** How many operations are planned before a supergraph is served; 0 for none, and then none are counted. */
  readonly operations: number;
  /** How long that may take. */
  readonly limitMs: number;
}

/** What a gateway is given to plan ahead, and to let others plan ahead. */
export interface OpenedWarmUp {
  readonly observeUse?: UseObserver;
  readonly warmUp?: WarmUp;
}

/**
 * Plans ahead what all gateways of one Redis are asked most, and then what is published, where that leaves room.
 * @param options.redis absent where this gateway has none
 */
export function openWarmUp(
  { operations, limitMs }: WarmUpSettings,
  options: { redis: RedisCommands | undefined; published: () => OperationList; scope: Scope; logger: Logger },
): OpenedWarmUp {
  if (operations === 0) return {};
  const { redis, published, scope, logger } = options;
  const hot = redis && new HotOperations(redis);
  const sources = [...(hot ? [hot] : []), publishedOperations(published)];
  const warmUp = createWarmUp({ sources, operations, limitMs, logger });
  if (!hot) return { warmUp };
  const counter = new OperationCounter();
  scope.own(reportUses(counter, { hot, logger }), undefined, 'report of hot operations');
  return { warmUp, observeUse: counter.count };
}

/** Nobody knows who will ask for them: they are planned as for an anonymous viewer. */
function publishedOperations(list: () => OperationList): HotOperationSource {
  return {
    hottest: async (limit) =>
      list()
        .operations.slice(0, limit)
        .map(({ body }): HotOperation => ({ text: body, viewer: null })),
  };
}

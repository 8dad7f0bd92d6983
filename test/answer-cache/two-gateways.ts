import type { AnswerCounters } from '@tributary/gateway/answer-cache/answer-outcome';
import type { Gateway } from '@tributary/gateway/gateway';
import type { Cache } from '@tributary/runtime/cache/cache';
import type { CacheSettings } from '@tributary/runtime/cache/cache-settings';
import { openServiceCache } from '@tributary/runtime/cache/open-service-cache';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { logInPeople, type People } from '../kit/people.ts';
import { type GraphAnswer, type GraphRequest, startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { createTestLogger } from '../kit/test-logger.ts';

/** A gateway that keeps answers. */
export interface CachingGateway {
  readonly url: string;
  readonly counters: AnswerCounters;
  ask(request: Omit<GraphRequest, 'url'>): Promise<GraphAnswer>;
}

/** Six subgraphs with caches and two gateways that keep answers, all over one Redis server. */
export interface TwoGateways {
  readonly graph: TestGraph;
  readonly redis: TestRedis;
  readonly people: People;
  readonly left: CachingGateway;
  readonly right: CachingGateway;
  stop(): Promise<void>;
}

const LOCAL_BYTES = 16 * 1024 * 1024;

/** @param name names the databases, so that no two test files share any */
export function startTwoGateways(
  name: string,
  settings: Pick<CacheSettings, 'waitMs' | 'budgetMs'> = {},
): Promise<TwoGateways> {
  return startInScope(async (scope) => {
    const redis = scope.own(await startTestRedis(), (server) => server.close(), 'Redis');
    const cache = { url: redis.url, coordinationUrl: undefined, localLimitBytes: LOCAL_BYTES, ...settings };
    // Failures to reach a store are what some tests are about.
    const logger = createTestLogger({ service: name, level: 'fatal' });
    const subgraphCache: Cache | undefined = await openServiceCache({ settings: cache, name: 'subgraphs', logger });
    if (!subgraphCache) throw new Error('there is no cache');
    scope.own(subgraphCache, (owned) => owned.close(), 'cache of subgraphs');
    const graph = scope.own(await startTestGraph({ name, cache: subgraphCache, logger }));
    const people = await logInPeople(graph);
    const open = async (): Promise<CachingGateway> => {
      const answerCache = { staleMs: 0, staleIfErrorMs: 0 };
      const { url, answerCounters }: Gateway = await graph.startGateway({ cache, answerCache });
      if (!answerCounters) throw new Error('the gateway keeps no answers');
      return { url, counters: answerCounters, ask: (request) => graph.ask({ ...request, url }) };
    };
    const [left, right] = [await open(), await open()];
    return { graph, redis, people, left, right };
  });
}

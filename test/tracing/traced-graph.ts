import { randomBytes } from 'node:crypto';
import { openCache } from '@tributary/runtime/cache/open-cache';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { openTracing } from '@tributary/runtime/tracing/open-tracing';
import type { Tracing } from '@tributary/runtime/tracing/trace-span';
import { tracingSettings, tracingVariables } from '@tributary/runtime/tracing/tracing-variables';
import { z } from 'zod';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';

const SERVICES = ['gateway', 'accounts', 'catalog', 'inventory', 'orders', 'reviews', 'notifications'];

/** The marketplace with an entity cache, whose services each send their own traces to a receiver, as separate processes do. */
export interface TracedGraph {
  readonly graph: TestGraph;
  readonly receiver: OtlpReceiver;
  stop(): Promise<void>;
}

/** @param name as in `TestGraphOptions` */
export function startTracedGraph(name: string): Promise<TracedGraph> {
  return startInScope(async (scope) => {
    const receiver = scope.own(await startOtlpReceiver());
    const logger = createTestLogger({ service: name, level: 'error' });
    const settings = settingsFor(receiver.url);
    const tracings = new Map<string, Tracing | undefined>();
    for (const service of SERVICES) {
      tracings.set(
        service,
        await openTracing({ service, settings, trustsCallers: service !== 'gateway', scope, logger }),
      );
    }
    const cache = scope.own(
      await openCache({ url: undefined, name, l1: { limitBytes: 8 * 1024 * 1024 }, onNotice: () => undefined }),
    );
    const graph = scope.own(await startTestGraph({ name, cache, tracingOf: (service) => tracings.get(service) }));
    return { graph, receiver };
  });
}

function settingsFor(url: string) {
  return tracingSettings(
    parseEnvironment(z.object(tracingVariables), {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    }),
  );
}

/** What a client sends that has begun a trace. */
export function newTrace(): { traceId: string; traceparent: string } {
  const traceId = randomBytes(16).toString('hex');
  return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
}

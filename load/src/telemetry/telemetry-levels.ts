import type { Contender } from '../bench/contenders/contender.ts';
import { gatewayProgram } from '../bench/contenders/secured-gateway.ts';
import { freePort } from '../bench/processes/child-process.ts';

/** How much a gateway tells of itself. */
interface Level {
  readonly id: string;
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Our gateway as often as there are levels of telemetry, the same otherwise. It runs twice without any: what these two differ in is
 * what the machine adds.
 * @param collectorUrl where traces go, by OTLP
 * @param keepsAnswers whether it answers out of its cache
 */
export async function telemetryLevels(collectorUrl: string, keepsAnswers: boolean): Promise<Contender[]> {
  const traced = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_BSP_MAX_QUEUE_SIZE: '100000',
  };
  const measured = async () => ({ TRIBUTARY_METRICS_PORT: String(await freePort()) });
  const levels: Level[] = [
    { id: 'off', name: 'off', environment: {} },
    { id: 'metrics', name: 'metrics', environment: await measured() },
    {
      id: 'sampled',
      name: 'metrics, 1 % of traces, 10 log lines a second',
      environment: {
        ...traced,
        ...(await measured()),
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.01',
        TRIBUTARY_REQUEST_LOG_PER_S: '10',
      },
    },
    {
      id: 'everything',
      name: 'metrics, every trace, a log line for every request',
      environment: { ...traced, ...(await measured()), TRIBUTARY_REQUEST_LOG_PER_S: '100000' },
    },
    { id: 'off-again', name: 'off, once more', environment: {} },
  ];
  const caching = keepsAnswers ? { TRIBUTARY_ANSWER_CACHE: 'on' } : {};
  return levels.map(({ id, name, environment }) => ({
    id,
    name,
    isPeer: false,
    isSharing: keepsAnswers,
    args: ({ port, supergraphFile }) => [gatewayProgram, '--supergraph', supergraphFile, '--port', String(port)],
    environment: () => ({ TRIBUTARY_COST: 'off', ...caching, ...environment }),
  }));
}

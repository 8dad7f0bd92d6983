import { setFlagsFromString } from 'node:v8';
import { runService } from '@tributary/runtime/lifecycle/service';
import { openMetrics } from '@tributary/runtime/metrics/open-metrics';
import { openTracing } from '@tributary/runtime/tracing/open-tracing';
import { openViewerEvents } from '@tributary/runtime/viewer-events/open-viewer-events';
import { Command } from 'commander';
import { parseCommandLine } from './command-line.ts';
import { environmentHelp, processVariables, readEnvironment } from './environment.ts';
import { startGateway } from './gateway.ts';

// V8 would let the heap grow to four times what is alive in it before it collects, and full caches are a hundred megabytes.
setFlagsFromString('--heap-growing-percent=100');

const command = new Command('gateway')
  .description('Serves a Federation 2 supergraph at /graphql. Options win over the environment.')
  .option('--supergraph <file>', 'the composed supergraph (SUPERGRAPH_FILE; default: gateway/supergraph.graphql)')
  .option('--host <address>', 'the address to listen on (HOST; default: 127.0.0.1)')
  .option('--port <number>', 'the port to listen on, 0 for any free one (PORT; default: 4000)')
  .addHelpText('after', environmentHelp());

const early = parseCommandLine(command, process.argv);
if (early) {
  process.exitCode = early.exitCode;
} else {
  const { supergraph, host, port } = command.opts<{ supergraph?: string; host?: string; port?: string }>();
  await runService({
    name: 'gateway',
    async start(scope, logger) {
      const { LOG_LEVEL, viewerEventsUrl, metricsAddress, traceSettings, ...options } = readEnvironment(
        processVariables({
          ...(supergraph !== undefined && { SUPERGRAPH_FILE: supergraph }),
          ...(host !== undefined && { HOST: host }),
          ...(port !== undefined && { PORT: port }),
        }),
      );
      logger.level = LOG_LEVEL;
      const tracing = await openTracing({
        service: 'gateway',
        settings: traceSettings,
        trustsCallers: false,
        scope,
        logger,
      });
      if (viewerEventsUrl === undefined) {
        logger.warn('nothing is named that events come by (TRIBUTARY_EVENTS_URL): subscriptions are refused');
      }
      const viewerEvents =
        viewerEventsUrl === undefined ? undefined : scope.own(await openViewerEvents(viewerEventsUrl, logger));
      const metrics = await openMetrics(metricsAddress, { scope, logger });
      return scope.own(await startGateway({ ...options, viewerEvents, metrics, tracing, logger }));
    },
  });
}

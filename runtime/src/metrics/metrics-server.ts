import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { listen } from '../http/listen.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly metrics: Metrics;
}

/** Where Prometheus reads. */
export interface MetricsServer {
  /** Of the metrics, path included. */
  readonly url: string;
  stop(): Promise<void>;
}

const PATH = '/metrics';
const VARIABLES = { host: 'TRIBUTARY_METRICS_HOST', port: 'TRIBUTARY_METRICS_PORT' };

/**
 * Serves the metrics of a service, and those of its process that every service under Node has (processor time, memory, event loop,
 * garbage collection), on a port of their own: clients do not reach it, and a service that refuses requests still tells why.
 *
 * @throws StartError when the port cannot be had
 */
export async function startMetricsServer({ host, port, metrics }: MetricsServerOptions): Promise<MetricsServer> {
  const process = new Registry();
  collectDefaultMetrics({ register: process });

  async function answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url !== PATH || method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    const texts = await Promise.all([metrics.text(), process.metrics()]);
    response.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(texts.join(''));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const bound = await listen(server, { host, port }, VARIABLES);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}${PATH}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

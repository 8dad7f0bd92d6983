import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { answerClientErrors } from './client-errors.ts';
import { closeWhenIdle } from './close-when-idle.ts';
import { limitConnections } from './connection-limit.ts';
import type { HttpServerOptions } from './http-server-options.ts';
import { defaultTimeouts } from './http-timeouts.ts';
import { listen } from './listen.ts';
import { createNodeServer } from './node-server.ts';
import { createRequestListener } from './request-listener.ts';
import { securityHeaders } from './security-headers.ts';

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Gives notice, takes no new connection, lets the requests under way end within the limit, and closes what is left. */
  stop(): Promise<void>;
}

/** What Node takes by default, said here because a proxy in front may have to be told. */
const headersLimitBytes = 16 * 1024;

/**
 * The HTTP edge of every service: health, GraphQL, limits and errors on plain `node:http`.
 *
 * @throws StartError when the port cannot be had, or an origin of `cors` is none
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { bodyLimitBytes, defaultHeaders = securityHeaders } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  let isStopping = false;
  const serve = createRequestListener(options, () => isStopping);
  const server = createNodeServer(
    {
      certificate: options.certificate,
      maxHeaderSize: headersLimitBytes,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: timeouts.checkIntervalMs,
    },
    (message, target) => void serve(message, target),
  );
  // The client waits for a go-ahead before it sends a large body, so a refusal costs neither side the transfer.
  server.on('checkContinue', (message, target) => {
    if (Number(message.headers['content-length'] ?? 0) <= bodyLimitBytes) target.writeContinue();
    void serve(message, target);
  });

  const { mostConnections } = options;
  const watcher =
    mostConnections === undefined
      ? undefined
      : limitConnections(server, { most: mostConnections, headers: defaultHeaders });
  answerClientErrors(server, { responsesUnderWay: closeWhenIdle(server, watcher), headers: defaultHeaders });
  const port = await listen(server, options);
  return {
    port,
    url: `${options.certificate ? 'https' : 'http'}://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async stop() {
      isStopping = true;
      if (options.stopNoticeMs) await delay(options.stopNoticeMs);
      const closed = once(server, 'close');
      server.close();
      const limit = setTimeout(() => server.closeAllConnections(), options.drainLimitMs ?? 8_000);
      await closed;
      clearTimeout(limit);
    },
  };
}

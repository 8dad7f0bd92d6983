import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A request that a gateway made, down to its bytes. */
export interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a subgraph answered. */
export interface DeliveredAnswer {
  readonly status: number;
  readonly text: string;
}

/** Stands between a gateway and a subgraph, and sees all of what goes through. */
export interface RecordingProxy {
  readonly url: string;
  readonly requests: RecordedRequest[];
  /** While true, requests are recorded and not passed on; the gateway gets an answer, so that it does not ask again. */
  isHolding: boolean;
  /** Sends a request to the subgraph. */
  deliver(request: RecordedRequest): Promise<DeliveredAnswer>;
  stop(): Promise<void>;
}

/** @param upstream the subgraph, without a path; known once the proxy has a port */
export async function startRecordingProxy(upstream: () => string): Promise<RecordingProxy> {
  async function deliver({ method, target, headers, body }: RecordedRequest): Promise<DeliveredAnswer> {
    const content = method === 'GET' ? {} : { body: new Uint8Array(body) };
    const response = await fetch(upstream() + target, { method, headers, ...content });
    return { status: response.status, text: await response.text() };
  }

  const held = JSON.stringify({ data: null, errors: [{ message: 'held' }] });
  const server = createServer(async (message, target) => {
    const { method = '', url = '' } = message;
    const request = { method, target: url, headers: endToEnd(message.headers), body: await buffer(message) };
    proxy.requests.push(request);
    const answer = proxy.isHolding ? { status: 200, text: held } : await deliver(request);
    target.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no TCP port');
  const proxy: RecordingProxy = {
    url: `http://127.0.0.1:${address.port}`,
    requests: [],
    isHolding: false,
    deliver,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return proxy;
}

/** Those that are about one connection are left out. */
function endToEnd(headers: IncomingHttpHeaders): Record<string, string> {
  const ofConnection = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      ofConnection.has(name) || typeof value !== 'string' ? [] : [[name, value]],
    ),
  );
}

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request that reached a gateway. */
export interface PassedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What stands where a gateway would: it is told what to answer, and keeps what it is asked. */
export interface StubGateway {
  readonly url: string;
  /** Without probes. */
  readonly requests: PassedRequest[];
  /** Whether it tells probes that it is ready. */
  isReady: boolean;
  /** Answers; `{"data":{}}`, which nobody may keep, unless told. */
  reply: (response: ServerResponse, request: PassedRequest) => void;
  /** Forgets what it was asked and told. */
  reset(): void;
  stop(): Promise<void>;
}

const usualReply: StubGateway['reply'] = (response) => {
  response.setHeader('cache-control', 'no-store').end('{"data":{}}');
};

/** Starts one on a free port of 127.0.0.1. */
export async function startStubGateway(): Promise<StubGateway> {
  const requests: PassedRequest[] = [];
  const server = createServer((message, response) => {
    response.setHeader('content-type', 'application/json');
    if (message.url === '/health/ready') response.writeHead(stub.isReady ? 200 : 503).end('{}');
    else void answer();

    async function answer(): Promise<void> {
      const { method, url: path, headers } = message;
      const request = { method, path, headers, body: await text(message) };
      requests.push(request);
      stub.reply(response, request);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stub listens to no port');
  const stub: StubGateway = {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    isReady: true,
    reply: usualReply,
    reset() {
      requests.length = 0;
      stub.isReady = true;
      stub.reply = usualReply;
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return stub;
}

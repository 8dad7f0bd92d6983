import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { json } from 'node:stream/consumers';

/** A GraphQL request as a stub subgraph got it. */
export interface StubRequest {
  query: string;
  variables: Record<string, unknown>;
  headers: IncomingHttpHeaders;
}

/** What a stub answers: an object is sent as JSON, text as it is, `'never'` keeps the request open, `'reset'` cuts the connection. */
export type StubReply =
  | { status?: number; headers?: Readonly<Record<string, string>>; body: object | string }
  | 'never'
  | 'reset';

/** A subgraph whose answers a test decides. */
export interface StubSubgraph {
  url: string;
  requests: StubRequest[];
  /** How many of those that are never answered were given up. */
  cutOffs: number;
  /** Decides the answers from now on. */
  reply: (request: StubRequest) => StubReply;
  stop(): Promise<void>;
}

/**
 * Starts a subgraph that answers what `reply` says.
 * @param port any free one unless told
 */
export async function startStubSubgraph(reply: StubSubgraph['reply'], port = 0): Promise<StubSubgraph> {
  const server = createServer(async (message, target) => {
    const { query, variables } = (await json(message)) as Pick<StubRequest, 'query' | 'variables'>;
    const request = { query, variables, headers: message.headers };
    stub.requests.push(request);
    const answer = stub.reply(request);
    if (answer === 'never') {
      target.once('close', () => {
        stub.cutOffs += 1;
      });
      return;
    }
    if (answer === 'reset') {
      message.socket.destroy();
      return;
    }
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    target.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(body);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stub listens on no TCP port');
  const stub: StubSubgraph = {
    url: `http://127.0.0.1:${address.port}/graphql`,
    requests: [],
    cutOffs: 0,
    reply,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return stub;
}

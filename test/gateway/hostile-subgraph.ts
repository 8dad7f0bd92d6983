import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Answers a request in any way that HTTP, or a socket, allows.
 * @param honest the body of the right answer
 */
export type HostileReply = (target: ServerResponse<IncomingMessage>, honest: string) => void;

/** A subgraph that knows the right answers and does with them what a test wants. */
export interface HostileSubgraph {
  url: string;
  /** The bodies of the requests so far. */
  requests: string[];
  reply: HostileReply;
  stop(): Promise<void>;
}

export const honestReply: HostileReply = (target, honest) => replyWith(target, honest);

/** Sends a body as JSON. */
export function replyWith(target: ServerResponse, body: string | Uint8Array, status = 200): void {
  target.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Writes to the connection itself, past the server's own idea of HTTP, and closes it. */
export function replyRaw(target: ServerResponse, bytes: string | Uint8Array): void {
  target.socket?.end(bytes);
}

/** @param answer makes the body of the right answer from that of a request */
export async function startHostileSubgraph(answer: (body: string) => Promise<string>): Promise<HostileSubgraph> {
  const server = createServer(async (message, target) => {
    const body = await text(message);
    subgraph.requests.push(body);
    subgraph.reply(target, await answer(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the subgraph listens on no TCP port');
  const subgraph: HostileSubgraph = {
    url: `http://127.0.0.1:${address.port}/graphql`,
    requests: [],
    reply: honestReply,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return subgraph;
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The answers of each open connection that the system does not have yet, in the order of their requests. */
export type ResponsesUnderWay = ReadonlyMap<Socket, ReadonlySet<ServerResponse>>;

/**
 * Makes `server.close()` close each connection when its last answer has been handed to the system, and idle ones at once.
 *
 * Node's own `closeIdleConnections()`, which `close()` calls, takes a connection for idle as soon as its answer was given to
 * `end()`, and cuts off a client that is still reading a large one; and a connection whose answer began before the stop
 * stays open for the whole keep-alive time after it.
 */
export function closeWhenIdle(server: Server): ResponsesUnderWay {
  const underWay = new Map<Socket, Set<ServerResponse>>();
  let isClosing = false;

  function onRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    const responses = underWay.get(socket);
    responses?.add(response);
    response.once('close', () => {
      if (responses?.delete(response) && isClosing && responses.size === 0) socket.destroySoon();
    });
  }

  server.on('connection', (socket: Socket) => {
    underWay.set(socket, new Set());
    socket.once('close', () => underWay.delete(socket));
  });
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.closeIdleConnections = () => {
    isClosing = true;
    for (const [socket, responses] of underWay) if (responses.size === 0) socket.destroy();
  };
  return underWay;
}

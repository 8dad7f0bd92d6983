import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Makes `server.close()` close each connection when its last answer has been handed to the system, and idle ones at once.
 *
 * Node's own `closeIdleConnections()`, which `close()` calls, takes a connection for idle as soon as its answer was given to
 * `end()`, and cuts off a client that is still reading a large one; and a connection whose answer began before the stop
 * stays open for the whole keep-alive time after it.
 */
export function closeWhenIdle(server: Server): void {
  const requestsUnderWay = new Map<Socket, number>();
  let isClosing = false;

  function onRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    requestsUnderWay.set(socket, (requestsUnderWay.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const before = requestsUnderWay.get(socket);
      if (before === undefined) return;
      requestsUnderWay.set(socket, before - 1);
      if (isClosing && before === 1) socket.destroySoon();
    });
  }

  server.on('connection', (socket: Socket) => {
    requestsUnderWay.set(socket, 0);
    socket.once('close', () => requestsUnderWay.delete(socket));
  });
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.closeIdleConnections = () => {
    isClosing = true;
    for (const [socket, underWay] of requestsUnderWay) if (underWay === 0) socket.destroy();
  };
}

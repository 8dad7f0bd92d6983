import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** The answers of each open connection that the system does not have yet, in the order of their requests. */
export type ResponsesUnderWay = ReadonlyMap<Socket, readonly ServerResponse[]>;

/** Told of connections: when one is opened, gets a request while it is idle, and has answered its last one. */
export interface ConnectionWatcher {
  opened(socket: Socket): void;
  busy(socket: Socket): void;
  idle(socket: Socket): void;
}

/**
 * Makes `server.close()` close each connection when its last answer has been handed to the system, and idle ones at once.
 *
 * Node's own `closeIdleConnections()`, which `close()` calls, takes a connection for idle as soon as its answer was given to
 * `end()`, and cuts off a client that is still reading a large one; and a connection whose answer began before the stop
 * stays open for the whole keep-alive time after it.
 */
export function closeWhenIdle(server: Server, watcher?: ConnectionWatcher): ResponsesUnderWay {
  // Lists: a set that is added to and taken from for each request leaves tables that keep one another from being collected early.
  const underWay = new Map<Socket, ServerResponse[]>();
  let isClosing = false;

  function onRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    const responses = underWay.get(socket);
    if (!responses) return;
    if (responses.push(response) === 1) watcher?.busy(socket);
    response.on('close', () => {
      responses.splice(responses.indexOf(response), 1);
      if (responses.length > 0) return;
      watcher?.idle(socket);
      if (isClosing) socket.destroySoon();
    });
  }

  // Behind TLS, requests come from another socket than the one that was connected.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    underWay.set(socket, []);
    socket.once('close', () => underWay.delete(socket));
    watcher?.opened(socket);
  });
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.closeIdleConnections = () => {
    isClosing = true;
    for (const [socket, responses] of underWay) if (responses.length === 0) socket.destroy();
  };
  return underWay;
}

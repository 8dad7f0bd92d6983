import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Scope } from '../lifecycle/scope.ts';

/** A connection on which a test writes bytes itself. */
export async function openSocket(scope: Scope, port: number): Promise<{ socket: Socket; received: () => string }> {
  const socket = scope.own(connect(port, '127.0.0.1'), (open) => open.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  // Being cut off is an outcome that tests look at, not a failure of theirs.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, received: () => text };
}

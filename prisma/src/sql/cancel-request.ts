import { connect } from 'node:net';

/** A statement of a server's process, as the process told when it was connected to. */
export interface CancelTarget {
  host: string;
  port: number;
  processId: number;
  secretKey: number;
}

/** The number that tells a CancelRequest from a connection that begins. */
const CANCEL_REQUEST_CODE = 80_877_102;
const TIME_LIMIT_MS = 1_000;

/**
 * Asks a server to cancel what one of its processes does, on a connection of its own, as the protocol has it. Resolves when the
 * server has passed it on, or could not be asked: what is cancelled tells by its own end whether it was.
 */
export async function requestCancel({ host, port, processId, secretKey }: CancelTarget): Promise<void> {
  const done = Promise.withResolvers<void>();
  const socket = connect({ host, port }, () => socket.write(cancelMessage(processId, secretKey)));
  // The server answers nothing: it closes the connection once the process was signalled.
  socket.on('close', () => done.resolve());
  socket.on('error', () => socket.destroy());
  socket.setTimeout(TIME_LIMIT_MS, () => socket.destroy());
  await done.promise;
}

function cancelMessage(processId: number, secretKey: number): Buffer {
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  message.writeInt32BE(processId, 8);
  message.writeInt32BE(secretKey, 12);
  return message;
}

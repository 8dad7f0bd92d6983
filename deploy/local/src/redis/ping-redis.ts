import { once } from 'node:events';
import { connect } from 'node:net';

const ANSWER_LIMIT_MS = 1_000;

/**
 * Asks a Redis of this machine whether it serves.
 * @returns why it does not, or undefined when it does
 */
export async function pingRedis(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    const text = String(answer).trim();
    return text === '+PONG' ? undefined : text;
  } catch (error) {
    return String(error);
  } finally {
    socket.destroy();
  }
}

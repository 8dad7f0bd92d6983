import { once } from 'node:events';
import type { Server } from 'node:http';
import { systemErrorCode } from '../errors/system-error-code.ts';
import { StartError } from '../lifecycle/start-error.ts';

/**
 * Starts listening.
 *
 * @returns the port, which the system chose when 0 was asked for
 * @throws StartError with what to do when the address cannot be had
 */
export async function listen(server: Server, address: { host: string; port: number }): Promise<number> {
  try {
    server.listen(address.port, address.host);
    await once(server, 'listening');
  } catch (error) {
    throw new StartError(explain(error, address), { cause: error });
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server listens on no TCP port');
  return bound.port;
}

function explain(error: unknown, { host, port }: { host: string; port: number }): string {
  const code = systemErrorCode(error);
  if (code === 'EADDRINUSE') {
    return `port ${port} on ${host} is in use by another process: stop that one (see \`lsof -i :${port}\`) or set PORT to a free one`;
  }
  if (code === 'EACCES') return `listening on port ${port} is not permitted: set PORT to one above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is no address of this machine: set HOST to one`;
  return `cannot listen on ${host}:${port}: ${String(error)}`;
}

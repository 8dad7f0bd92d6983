import { once } from 'node:events';
import type { Server } from 'node:http';
import { systemErrorCode } from '../errors/system-error-code.ts';
import { StartError } from '../lifecycle/start-error.ts';

/**
 * Starts listening.
 *
 * @param variables by which the address was set, for messages
 * @returns the port, which the system chose when 0 was asked for
 * @throws StartError with what to do when the address cannot be had
 */
export async function listen(
  server: Server,
  address: { host: string; port: number },
  variables = { host: 'HOST', port: 'PORT' },
): Promise<number> {
  try {
    server.listen(address.port, address.host);
    await once(server, 'listening');
  } catch (error) {
    throw new StartError(explain(error, address, variables), { cause: error });
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server listens on no TCP port');
  return bound.port;
}

function explain(
  error: unknown,
  { host, port }: { host: string; port: number },
  variables: { host: string; port: string },
): string {
  const code = systemErrorCode(error);
  if (code === 'EADDRINUSE') {
    return `port ${port} on ${host} is in use by another process: stop that one (see \`lsof -i :${port}\`) or set ${variables.port} to a free one`;
  }
  if (code === 'EACCES') return `listening on port ${port} is not permitted: set ${variables.port} to one above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine: set ${variables.host} to one`;
  return `cannot listen on ${host}:${port}: ${String(error)}`;
}

import { isLocalStackError } from '@tributary/local-stack/local-stack-error';
import { assertPortFree } from '@tributary/local-stack/postgres/ports';

/** No system lends ports of this range to outgoing connections. */
const [LOWEST, HIGHEST] = [20_000, 30_000];
const ATTEMPTS = 50;

/** One such port. */
export async function lastingPort(): Promise<number> {
  const [port = 0] = await lastingPorts(1);
  return port;
}

/**
 * Ports of 127.0.0.1, one after the other, for servers that are killed and started again: nobody else is given one meanwhile,
 * as happens to ports that the system gives out.
 *
 * @throws Error when no such row of ports is free
 */
export async function lastingPorts(count: number): Promise<number[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (await areFree(ports)) return ports;
  }
  throw new Error(`no ${count} ports in a row are free between ${LOWEST} and ${HIGHEST}`);
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  try {
    for (const port of ports) await assertPortFree(port);
    return true;
  } catch (error) {
    if (isLocalStackError(error, 'PORT_IN_USE')) return false;
    throw error;
  }
}

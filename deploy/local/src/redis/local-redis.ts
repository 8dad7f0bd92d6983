import { mkdir } from 'node:fs/promises';
import { assertPortFree } from '../postgres/ports.ts';
import { ServiceProcess } from '../stack/service-process.ts';
import type { SystemHost } from '../system-server/require-system-server.ts';
import { pingRedis } from './ping-redis.ts';

export interface LocalRedisOptions {
  /** Keeps its data between starts. */
  readonly directory: string;
  readonly port: number;
  readonly print: (line: string) => void;
  readonly host: Pick<SystemHost, 'find' | 'platform' | 'hasApt'>;
}

const READY_LIMIT_MS = 20_000;

/**
 * Starts this machine's Redis on the loopback address; nothing is installed for it.
 * @returns undefined, with a notice of what to do, where there is none
 * @throws LocalStackError `PORT_IN_USE`, `SERVICE_ENDED` or `SERVICE_NOT_READY`
 */
export async function startLocalRedis(
  options: LocalRedisOptions,
): Promise<{ url: string; process: ServiceProcess } | undefined> {
  const { directory, port, print, host } = options;
  const program = await host.find('redis-server');
  if (program === undefined) {
    print(
      `no redis-server on the PATH: each process caches for itself and Postgres tells them of changes. ${await advice(host)}`,
    );
    return undefined;
  }
  await assertPortFree(port);
  await mkdir(directory, { recursive: true });
  const process = new ServiceProcess({
    name: 'redis',
    entry: 'deploy/local/src/redis/redis-main.ts',
    environment: { REDIS_PROGRAM: program, REDIS_PORT: String(port), REDIS_DIRECTORY: directory },
    print,
  });
  try {
    await process.waitUntil(() => pingRedis(port), READY_LIMIT_MS);
  } catch (error) {
    await process.stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, process };
}

async function advice(host: LocalRedisOptions['host']): Promise<string> {
  const shared = 'one cache for all';
  if (host.platform === 'darwin') return `For ${shared}: brew install redis`;
  return (await host.hasApt())
    ? `For ${shared}: sudo apt-get install redis-server`
    : `For ${shared}, install redis-server.`;
}

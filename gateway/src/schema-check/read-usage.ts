import { readFile } from 'node:fs/promises';
import { createLogger } from '@tributary/runtime/logging/logger';
import { z } from 'zod';
import { openSharedRedis, type SharedRedis } from '../persisted-operations/shared-redis.ts';
import { type Usage, usageSchema } from '../usage/usage.ts';
import { UsageStore } from '../usage/usage-store.ts';

const URL_SCHEME = /^[a-z+]+:\/\//;

/**
 * What gateways have counted on the last days.
 * @param source a file that `npm run schema:usage -- --json` has written, or the URL of a Redis; `redis` unless told
 * @returns `undefined` where there is nowhere to look
 * @throws Error when it cannot be read, or is something else
 */
export async function readUsage(
  source: string | undefined,
  { redis, days }: { redis: SharedRedis | undefined; days: number },
): Promise<Usage | undefined> {
  if (source === undefined) return redis && new UsageStore(redis.commands).read(days);
  if (!URL_SCHEME.test(source)) return readUsageFile(source);
  const own = await openSharedRedis(source, { logger: createLogger({ service: 'command', level: 'silent' }) });
  if (!own) throw new Error('--usage takes a file, or the URL of a Redis or Valkey');
  try {
    return await new UsageStore(own.commands).read(days);
  } finally {
    own.close();
  }
}

async function readUsageFile(file: string): Promise<Usage> {
  const { success, data, error } = usageSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!success) throw new Error(`${file} is no usage: ${z.prettifyError(error)}`);
  return data;
}

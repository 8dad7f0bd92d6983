import { setTimeout as delay } from 'node:timers/promises';
import { runToEnd } from '../bench/processes/child-process.ts';

/** How the look-ups of one tier of one service ended. */
export interface TierRate {
  readonly service: string;
  readonly tier: string;
  readonly hit: number;
  readonly stale: number;
  readonly miss: number;
}

/** Services tell Redis every ten seconds what they counted. */
const TOLD_WITHIN_MS = 12_000;
const COMMAND_LIMIT_MS = 30_000;
const TIERS = ['local', 'shared'];

/** What the services of a stack have counted, from the command that operators have. */
export async function readTierRates(redisUrl: string): Promise<TierRate[]> {
  await delay(TOLD_WITHIN_MS);
  const text = await runToEnd({
    name: 'npm run cache -- stats',
    args: ['runtime/src/cache-command.ts', 'stats', '--json'],
    environment: { TRIBUTARY_CACHE_URL: redisUrl },
    core: undefined,
    limitMs: COMMAND_LIMIT_MS,
  });
  const services: Record<string, Record<string, Omit<TierRate, 'service' | 'tier'>>> = JSON.parse(text).services;
  return Object.entries(services).flatMap(([service, tiers]) =>
    TIERS.flatMap((tier) => {
      const rate = tiers[tier];
      return rate ? [{ service, tier, hit: rate.hit, stale: rate.stale, miss: rate.miss }] : [];
    }),
  );
}

import { z } from 'zod';
import type { ClientUse, Usage } from './usage.ts';

/** One day as it is kept: hashes of Redis, whose fields' parts are lines. */
export interface UsageDay {
  /** As `2026-11-23`. */
  readonly day: string;
  /** By hash, in JSON. */
  readonly operations: ReadonlyMap<string, string>;
  /** Requests by hash and client; without either, those that were not told apart. */
  readonly uses: ReadonlyMap<string, string>;
  /** Samples by hash, client and coordinate, and by hash and client alone; without any, those that found no room. */
  readonly values: ReadonlyMap<string, string>;
}

const operationSchema = z.object({
  name: z.string(),
  coordinates: z.array(z.string()),
  variableTypes: z.array(z.string()),
});
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** @param days the newest first */
export function mergeDays(days: readonly UsageDay[]): Usage {
  const uses = new Map<string, Mutable<ClientUse>>();
  let [requests, untold] = [0, 0];
  for (const { day, operations, uses: counts, values } of days) {
    const parsed = new Map([...operations].map(([hash, text]) => [hash, operationSchema.parse(JSON.parse(text))]));
    for (const [field, count] of counts) {
      const [hash = '', client = ''] = field.split('\n');
      const operation = parsed.get(hash);
      requests += Number(count);
      if (!operation) {
        untold += Number(count);
        continue;
      }
      const use = uses.get(field) ?? newUse({ hash, client, lastDay: day, ...operation });
      use.requests += Number(count);
      uses.set(field, use);
    }
    for (const [field, count] of values) {
      const [hash = '', client = '', coordinate = ''] = field.split('\n');
      const use = uses.get(`${hash}\n${client}`);
      if (!use) continue;
      if (coordinate === '') use.samples += Number(count);
      else use.values[coordinate] = (use.values[coordinate] ?? 0) + Number(count);
    }
  }
  return {
    days: days.length,
    countedDays: days.filter((day) => day.uses.size > 0).length,
    requests,
    untold,
    hasAllValues: days.every(({ values }) => !values.has('')),
    uses: [...uses.values()].sort((a, b) => b.requests - a.requests),
  };
}

function newUse(of: Pick<ClientUse, 'hash' | 'client' | 'lastDay' | 'name' | 'coordinates' | 'variableTypes'>) {
  return { ...of, requests: 0, samples: 0, values: {} };
}

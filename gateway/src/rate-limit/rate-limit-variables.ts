import { EnvironmentError } from '@tributary/runtime/environment/environment-error';
import {
  type WithoutRedisOptions,
  withoutRedisOptions,
  withoutRedisVariables,
} from '@tributary/runtime/environment/rate-limit-variables';
import { secretVariable } from '@tributary/runtime/environment/secret-variable';
import { integerVariable, listVariable } from '@tributary/runtime/environment/variables';
import type { BucketLimit } from '@tributary/runtime/rate-limit/bucket-limit';
import { viewerRoles } from '@tributary/runtime/viewer/viewer';
import { z } from 'zod';

/** How clients are limited. */
export interface RateLimitOptions extends WithoutRedisOptions {
  /** As in `ClientClassesOptions`. */
  readonly limits: ReadonlyMap<string, BucketLimit>;
  /** As in `ClientClassesOptions`. */
  readonly apiKeys: ReadonlyMap<string, string>;
  /** How many tokens of a client a process has at hand, as in `LeaseOptions`. */
  readonly lease: number;
  /** What each operation costs however it is answered, and on top of what executing it does. */
  readonly operationCost: number;
}

const ENTRY = /^(?<name>[^=]+)=(?<capacity>[1-9]\d{0,8})\/(?<seconds>[1-9]\d{0,5})$/;
const CLASSES: readonly string[] = ['anonymous', 'key', ...viewerRoles.map((role) => role.toLowerCase())];
const EXPECTED = `expected each class once, as customer=6000/60; classes are ${CLASSES.join(', ')} and key:NAME`;

/** How much clients may ask for. */
export const rateLimitVariables = {
  TRIBUTARY_RATE_LIMITS: listVariable
    .transform((entries, context): ReadonlyMap<string, BucketLimit> => {
      const limits = new Map<string, BucketLimit>();
      for (const entry of entries) {
        const { name = '', capacity, seconds } = ENTRY.exec(entry)?.groups ?? {};
        if (!(CLASSES.includes(name) || /^key:./.test(name)) || limits.has(name)) {
          context.addIssue({ code: 'custom', message: EXPECTED });
          return z.NEVER;
        }
        limits.set(name, { capacity: Number(capacity), windowMs: Number(seconds) * 1_000 });
      }
      return limits;
    })
    .default(new Map())
    .describe(
      'comma-separated limits by class of clients, in cost and the seconds in which it comes back: anonymous=600/60,customer=6000/60; a class without one is not limited',
    ),
  TRIBUTARY_API_KEYS: z
    .string()
    .optional()
    .describe('comma-separated NAME=KEY of clients that send the header x-api-key, to be limited by themselves'),
  TRIBUTARY_API_KEYS_FILE: z
    .string()
    .optional()
    .describe('a file with them instead, on lines of their own if you like'),
  TRIBUTARY_RATE_LIMIT_LEASE: integerVariable({ min: 1, max: 1_000_000, default: 50 }).describe(
    'how much of a client a process has at hand, so that it need not ask Redis; 1 makes limits exact, and every request ask',
  ),
  TRIBUTARY_RATE_LIMIT_OPERATION_COST: integerVariable({ min: 1, max: 1_000_000, default: 1 }).describe(
    'what every operation costs, also one that is answered from a cache or refused',
  ),
  ...withoutRedisVariables,
};

/**
 * What the variables say. A file that is named is read at once.
 * @throws EnvironmentError for keys that are set in two ways, or that are not understood; it never repeats one
 */
export function rateLimitOptions(
  environment: z.output<z.ZodObject<typeof rateLimitVariables>>,
): RateLimitOptions | undefined {
  const apiKeys = readApiKeys(secretVariable(environment, 'TRIBUTARY_API_KEYS') ?? '');
  const limits = environment.TRIBUTARY_RATE_LIMITS;
  if (limits.size === 0) return undefined;
  return {
    limits,
    apiKeys,
    lease: environment.TRIBUTARY_RATE_LIMIT_LEASE,
    operationCost: environment.TRIBUTARY_RATE_LIMIT_OPERATION_COST,
    ...withoutRedisOptions(environment),
  };
}

function readApiKeys(text: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const entry of text.split(/[,\n]/).map((line) => line.trim())) {
    if (entry === '') continue;
    const separator = entry.indexOf('=');
    const [name, key] = [entry.slice(0, Math.max(0, separator)), entry.slice(separator + 1)];
    if (name === '' || key.length < SHORTEST_KEY || keys.has(name)) {
      throw new EnvironmentError([
        `TRIBUTARY_API_KEYS: expected each client once, as NAME=KEY with at least ${SHORTEST_KEY} characters of key`,
      ]);
    }
    keys.set(name, key);
  }
  return keys;
}

/** A key that can be guessed would let anybody spend its client's tokens. */
const SHORTEST_KEY = 16;

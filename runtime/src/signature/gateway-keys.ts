import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../lifecycle/start-error.ts';
import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { type GatewayKey, gatewayKey, isLongEnough, keyMinimumBytes } from './gateway-key.ts';

/** Keys by value, or the file that has them and is followed: one key a line, or several set apart by commas. The first signs. */
export type GatewayKeySource = readonly string[] | { readonly file: string };

/** The keys as they are at the moment: the first signs, all verify. */
export interface GatewayKeys {
  readonly first: GatewayKey;
  find(id: string): GatewayKey | undefined;
  /** Looks for a key that was not found where keys come from, once for all who ask meanwhile. */
  findAgain(id: string): Promise<GatewayKey | undefined>;
  stop(): void;
}

export interface FollowOptions {
  readonly logger: Logger;
  /** How often a file is read again. Default 1,000. */
  readonly intervalMs?: number;
  /** The least time between two readings, however many unknown keys are named. Default 100. */
  readonly pauseMs?: number;
}

/**
 * Reads the keys, and a file again and again: a rotation takes no restart. What cannot be used later on leaves the keys as they
 * are, and is logged.
 *
 * @throws StartError when there is no key, one is shorter than 32 bytes, or the file cannot be read
 */
export async function openGatewayKeys(source: GatewayKeySource, options: FollowOptions): Promise<GatewayKeys> {
  if (!('file' in source)) return fixedKeys(source);
  const text = await readFile(source.file, 'utf8').catch((error: unknown) => {
    throw new StartError(`cannot read gateway keys: ${messageOf(error)}`, { exitCode: 2, cause: error });
  });
  return followFile(source.file, text, options);
}

/** The keys in the text of a file or a variable. */
export function splitKeys(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((key) => key.trim())
    .filter((key) => key !== '');
}

function fixedKeys(texts: readonly string[]): GatewayKeys {
  const ring = keyRing(texts, 'the gateway keys');
  return { ...ring, findAgain: async () => undefined, stop: () => undefined };
}

function followFile(file: string, startText: string, options: FollowOptions): GatewayKeys {
  const { logger, intervalMs = 1_000, pauseMs = 100 } = options;
  const logFailure = createFailureLog({ logger, component: 'gateway keys' });
  const stopping = new AbortController();
  let text = startText;
  let ring = keyRing(splitKeys(text), file);
  let readAtMs = performance.now();
  let waiting: Promise<void> | undefined;

  async function readNext(): Promise<void> {
    try {
      const pause = Math.max(0, readAtMs + pauseMs - performance.now());
      await delay(pause, undefined, { signal: stopping.signal, ref: false });
      // Who asks from now on may know of a change that this reading misses.
      waiting = undefined;
      readAtMs = performance.now();
      const next = await readFile(file, { encoding: 'utf8', signal: stopping.signal });
      if (next === text) return;
      ring = keyRing(splitKeys(next), file);
      text = next;
      logger.info({ keys: ring.ids, signsWith: ring.first.id }, 'gateway keys were exchanged');
    } catch (error) {
      waiting = undefined;
      if (!stopping.signal.aborted) logFailure(error);
    }
  }

  function read(): Promise<void> {
    waiting ??= readNext();
    return waiting;
  }

  const timer = setInterval(read, intervalMs);
  timer.unref();
  return {
    get first() {
      return ring.first;
    },
    find: (id) => ring.find(id),
    async findAgain(id) {
      await read();
      return ring.find(id);
    },
    stop() {
      clearInterval(timer);
      stopping.abort();
    },
  };
}

/** @throws StartError which repeats no key */
function keyRing(texts: readonly string[], name: string) {
  const [first, ...others] = texts;
  if (first === undefined) throw new StartError(`${name}: expected at least one key`, { exitCode: 2 });
  if (!texts.every(isLongEnough)) {
    throw new StartError(`${name}: expected keys of at least ${keyMinimumBytes} bytes each`, { exitCode: 2 });
  }
  const keys = [gatewayKey(first), ...others.map(gatewayKey)] as const;
  const byId = new Map(keys.map((key) => [key.id, key]));
  return { first: keys[0], ids: [...byId.keys()], find: (id: string) => byId.get(id) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

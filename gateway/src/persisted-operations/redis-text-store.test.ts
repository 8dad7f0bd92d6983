import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { RedisCommands, RedisOperand } from '@tributary/runtime/cache/redis-commands';
import { createRedisTextStore } from './redis-text-store.ts';

/** As much of Redis as texts need, and its keys. */
function createCommands() {
  const kept = new Map<string, string>();
  async function send(key: string, [name, , value]: readonly RedisOperand[]): Promise<unknown> {
    if (name === 'GET') return kept.get(key) ?? null;
    kept.set(key, String(value));
    return 'OK';
  }
  const commands: RedisCommands = { slotOf: () => 0, send, sendForBytes: send };
  return { commands, kept };
}

describe('createRedisTextStore', () => {
  it('gives a text back under its hash', async () => {
    const store = createRedisTextStore(createCommands().commands);
    await store.set(hash('sha256', '{ a }'), '{ a }', 1_000);
    expect(await store.get(hash('sha256', '{ a }'))).toBe('{ a }');
  });

  it('knows no text that somebody left under the hash of another', async () => {
    const { commands, kept } = createCommands();
    const store = createRedisTextStore(commands);
    await store.set(hash('sha256', '{ a }'), '{ a }', 1_000);
    for (const [key, value] of kept) kept.set(key, value.replace('{ a }', '{ b }'));
    expect([...kept.values()].join()).toContain('{ b }');
    expect(await store.get(hash('sha256', '{ a }'))).toBeUndefined();
  });
});

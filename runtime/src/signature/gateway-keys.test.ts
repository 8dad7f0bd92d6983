import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { createLogger } from '../logging/logger.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { gatewayKey } from './gateway-key.ts';
import { type GatewayKeySource, openGatewayKeys } from './gateway-keys.ts';

const [old, next] = ['the old key of 32 characters or more', 'the next key of 32 characters or more'] as const;
const idOf = (key: string) => gatewayKey(key).id;

let scope: Scope;
let file: string;
beforeEach(async () => {
  scope = new Scope();
  const folder = await mkdtemp(join(tmpdir(), 'tributary-keys-'));
  scope.own(folder, (path) => rm(path, { recursive: true }));
  file = join(folder, 'keys');
});
afterEach(() => scope.release());

/** Moves the new text into place, so that nobody reads half of it. */
async function replace(text: string) {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** Nothing is read by the clock, so that a test knows when. */
async function open(source: GatewayKeySource) {
  const { logger, lines } = createCapturedLogger();
  const keys = scope.own(await openGatewayKeys(source, { logger, intervalMs: 1_000_000, pauseMs: 0 }));
  return { keys, lines };
}

describe('gateway keys', () => {
  it('are found by an id that says nothing of them', async () => {
    const { keys } = await open([next, old]);
    expect([keys.first.id, keys.find(idOf(old))?.id, keys.find('other')]).toEqual([idOf(next), idOf(old), undefined]);
    expect(idOf(old)).toMatch(/^[\w-]{8}$/);
    expect(await keys.findAgain('other')).toBeUndefined();
  });

  it.each([
    ['none', []],
    ['one of 31 bytes', ['k'.repeat(31)]],
    ['a short one beside a good one', [old, 'short']],
  ])('are refused at the start: %s', async (_what, texts) => {
    await expect(open(texts)).rejects.toMatchObject({ name: 'StartError', exitCode: 2 });
    await writeFile(file, texts.join('\n'));
    await expect(open({ file })).rejects.toMatchObject({ name: 'StartError', exitCode: 2 });
    await expect(open({ file })).rejects.not.toThrow('short,');
  });

  it('are refused when their file cannot be read', async () => {
    await expect(open({ file })).rejects.toMatchObject({ name: 'StartError', exitCode: 2 });
  });

  it('in a file are one a line, or set apart by commas', async () => {
    await writeFile(file, `${next}\n\n ${old} \n`);
    expect((await open({ file })).keys.find(idOf(old))).toBeDefined();
    await writeFile(file, `${next},${old}`);
    expect((await open({ file })).keys.find(idOf(old))).toBeDefined();
  });

  it('are read again for one that is not known, once for all who look for it', async () => {
    await writeFile(file, old);
    const { keys, lines } = await open({ file });
    await writeFile(file, `${next}\n${old}`);

    const found = await Promise.all(Array.from({ length: 100 }, () => keys.findAgain(idOf(next))));

    expect(new Set(found.map((key) => key?.id))).toEqual(new Set([idOf(next)]));
    expect([keys.first.id, keys.find(idOf(old))?.id]).toEqual([idOf(next), idOf(old)]);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toMatch(/of 32 characters/);
  });

  it('are read again as time passes, again and again', async () => {
    await writeFile(file, old);
    let exchanged = Promise.withResolvers<void>();
    const logger = createLogger({ service: 'test', level: 'info' }, { write: () => exchanged.resolve() });
    const keys = scope.own(await openGatewayKeys({ file }, { logger, intervalMs: 10, pauseMs: 0 }));
    for (const key of [next, old, next]) {
      exchanged = Promise.withResolvers();
      await replace(key);
      await exchanged.promise;
      expect(keys.first.id).toBe(idOf(key));
    }
    expect(keys.find(idOf(old))).toBeUndefined();
  });

  it.each([
    ['is empty', () => writeFile(file, '')],
    ['has a short key', () => writeFile(file, `${next}\nshort`)],
    ['is gone', () => rm(file)],
  ])('stay as they are while the file %s, which is logged', async (_what, spoil) => {
    await writeFile(file, old);
    const { keys, lines } = await open({ file });
    await spoil();

    expect(await keys.findAgain(idOf(next))).toBeUndefined();

    expect(keys.first.id).toBe(idOf(old));
    expect(lines).toEqual([expect.objectContaining({ component: 'gateway keys' })]);
    await writeFile(file, next);
    expect(await keys.findAgain(idOf(next))).toBeDefined();
  });
});

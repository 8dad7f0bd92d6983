import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@tributary/runtime/logging/logger';
import { buildSchema, print } from 'graphql';
import type { HotOperation, HotOperationSource } from './hot-operation.ts';
import { createWarmUp, type WarmUpOptions } from './warm-up.ts';

const apiSchema = buildSchema('type Query { a: Int b: Int }');
const hot = (text: string, viewer: HotOperation['viewer'] = null): HotOperation => ({ text, viewer });
const sourceOf = (...operations: HotOperation[]): HotOperationSource => ({
  hottest: async (limit) => operations.slice(0, limit),
});

/** A warm-up of a supergraph that notes what it is to prepare. */
function create(options: Partial<WarmUpOptions>, prepare = async (_text: string): Promise<void> => undefined) {
  const lines: Record<string, unknown>[] = [];
  const prepared: unknown[] = [];
  const logger = createLogger({ service: 'test', level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
  const warmUp = createWarmUp({ sources: [], operations: 10, limitMs: 60_000, logger, ...options });
  const supergraph: Parameters<typeof warmUp>[0] = {
    apiSchema,
    prepare: (document, viewer) => {
      const text = print(document).replaceAll(/\s+/g, ' ');
      prepared.push(viewer ? [text, viewer.role, viewer.scopes] : text);
      return prepare(text);
    },
  };
  const run = (rest = async () => undefined) => warmUp(supergraph, rest);
  return { run, prepared, lines };
}

describe('the warm-up', () => {
  it('prepares what the sources say, the first one before the others, and not more than it is to', async () => {
    const sources = [sourceOf(hot('{ a }'), hot('{ b }')), sourceOf(hot('{ a b }'), hot('{ b a }'))];
    const { run, prepared } = create({ sources, operations: 3 });
    await run();
    expect(prepared).toEqual(['{ a }', '{ b }', '{ a b }']);
  });

  it('prepares an operation for somebody like those who ask for it', async () => {
    const { run, prepared } = create({ sources: [sourceOf(hot('{ a }', { role: 'ADMIN', scopes: ['s'] }))] });
    await run();
    expect(prepared).toEqual([['{ a }', 'ADMIN', ['s']]]);
  });

  it('leaves out what does not fit the schema, and goes on when an operation cannot be prepared', async () => {
    const refuse = async (text: string) => {
      if (text === '{ b }') throw new Error('too large');
    };
    const { run, prepared, lines } = create(
      { sources: [sourceOf(hot('{ gone }'), hot('}'), hot('{ b }'), hot('{ a }'))] },
      refuse,
    );
    await run();
    expect(prepared).toEqual(['{ b }', '{ a }']);
    expect(lines.at(-1)).toMatchObject({ operations: 4, planned: 1, dropped: 3, msg: 'hot operations are planned' });
  });

  it('tells the log how far it is', async () => {
    const { run, lines } = create({ sources: [sourceOf(...Array.from({ length: 8 }, () => hot('{ a }')))] });
    await run();
    expect(lines.map(({ planned }) => planned)).toEqual([2, 4, 6, 8]);
  });

  it('ends when its time is over, whatever is being planned then', async () => {
    const { run, lines } = create(
      { sources: [sourceOf(hot('{ a }'))], limitMs: 1 },
      () => new Promise(() => undefined),
    );
    await run();
    expect(lines).toMatchObject([{ operations: 1, planned: 0 }]);
  });

  it('is given up when resting is, and leaves nothing behind that would keep a process', async () => {
    const { run, prepared } = create({ sources: [sourceOf(hot('{ a }'))] });
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    await expect(run(() => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped');
    expect(prepared).toEqual([]);
    expect(timers()).toBe(before);
  });

  it('does without a source that cannot say what is hot', async () => {
    const failing = { hottest: () => Promise.reject(new Error('away')) };
    const { run, prepared, lines } = create({ sources: [failing, sourceOf(hot('{ a }'))] });
    await run();
    expect(prepared).toEqual(['{ a }']);
    expect(lines[0]).toMatchObject({ level: 'warn' });
  });
});

import { describe, expect, it } from '@jest/globals';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { makeOperation } from '../testing/hand-made-plan.ts';
import { OperationCache } from './operation-cache.ts';

const { operation } = makeOperation({ schema: 'type Query { a: Int }', query: '{ a }' });
const sized = { operation, bytes: 4_000 };

describe('the cache of operations', () => {
  it('compiles once for all who ask at once, and not again', async () => {
    const cache = new OperationCache(1_000_000);
    let compilations = 0;
    const compile = async () => {
      compilations++;
      await new Promise(setImmediate);
      return sized;
    };

    expect(await Promise.all([cache.get('a', compile), cache.get('a', compile)])).toEqual([operation, operation]);
    expect(await cache.get('a', compile)).toBe(operation);
    expect(compilations).toBe(1);
  });

  it('compiles again after a failure', async () => {
    const cache = new OperationCache(1_000_000);
    const failing = async () => {
      throw new Error('no plan');
    };

    await expect(cache.get('a', failing)).rejects.toThrow('no plan');
    expect(await cache.get('a', async () => sized)).toBe(operation);
  });

  it('does not compile again what was refused as too large', async () => {
    const cache = new OperationCache(1_000_000);
    let compilations = 0;
    const refuse = async () => {
      compilations++;
      throw new CodedError('OPERATION_TOO_LARGE', 'too large');
    };

    await expect(cache.get('a', refuse)).rejects.toThrow('too large');
    expect(() => cache.get('a', refuse)).toThrow('too large');
    expect(compilations).toBe(1);
  });

  it('stays under its limit by dropping what was used least recently', async () => {
    const cache = new OperationCache(10_000);
    const compiled: string[] = [];
    const get = (key: string) =>
      cache.get(key, async () => {
        compiled.push(key);
        return sized;
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await get(key);

    expect(cache.bytes).toBe(8_000);
    expect(compiled).toEqual(['a', 'b', 'c', 'b']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { Scope } from './scope.ts';
import { startInScope } from './start-in-scope.ts';

function createRecorder() {
  const released: string[] = [];
  return { released, stoppable: (name: string) => ({ stop: async () => void released.push(name) }) };
}

describe('Scope', () => {
  it('releases in reverse order, with stop(), close() or the given function', async () => {
    const { released, stoppable } = createRecorder();
    const scope = new Scope();
    scope.own(stoppable('first'));
    scope.own({ close: () => released.push('second') });
    expect(scope.own(3, () => released.push('third'))).toBe(3);
    await scope.release();
    expect(released).toEqual(['third', 'second', 'first']);
  });

  it('releases everything in spite of errors, and throws the first one', async () => {
    const { released, stoppable } = createRecorder();
    const scope = new Scope();
    scope.own(stoppable('first'));
    scope.own({ stop: () => Promise.reject(new Error('later')) });
    scope.own({
      stop: () => {
        throw new Error('sooner');
      },
    });
    await expect(scope.release()).rejects.toThrow('sooner');
    expect(released).toEqual(['first']);
  });

  it('releases once, however often it is asked', async () => {
    const { released, stoppable } = createRecorder();
    const scope = new Scope();
    scope.own(stoppable('only'));
    await Promise.all([scope.release(), scope.release()]);
    await scope.release();
    expect(released).toEqual(['only']);
  });

  it('names the resource that is being released', async () => {
    const scope = new Scope();
    const { promise, resolve } = Promise.withResolvers<void>();
    scope.own({ stop: () => promise }, undefined, 'HTTP server');
    expect(scope.releasing).toBeUndefined();
    const release = scope.release();
    expect(scope.releasing).toBe('HTTP server');
    resolve();
    await release;
    expect(scope.releasing).toBeUndefined();
  });

  it('refuses and releases what is acquired while it is being released', async () => {
    const { released, stoppable } = createRecorder();
    const scope = new Scope();
    const { promise, resolve } = Promise.withResolvers<void>();
    scope.own({ stop: () => promise });
    const release = scope.release();
    expect(() => scope.own(stoppable('late'))).toThrow('while the scope was being released');
    resolve();
    await release;
    expect(released).toEqual(['late']);
  });

  it('refuses and releases what is acquired after it was released', async () => {
    const { released, stoppable } = createRecorder();
    const scope = new Scope();
    await scope.release();
    expect(() => scope.own(stoppable('later'))).toThrow('while the scope was being released');
    expect(() => scope.own(stoppable('last'))).toThrow('while the scope was being released');
    await scope.release();
    expect(released.toSorted()).toEqual(['last', 'later']);
  });

  it('is released by await using', async () => {
    const { released, stoppable } = createRecorder();
    {
      await using scope = new Scope();
      scope.own(stoppable('only'));
    }
    expect(released).toEqual(['only']);
  });
});

describe('startInScope', () => {
  it('answers what was built, with a stop() that releases it', async () => {
    const { released, stoppable } = createRecorder();
    const built = await startInScope(async (scope) => {
      scope.own(stoppable('database'));
      scope.own(stoppable('server'));
      return { url: 'http://x' };
    });
    expect(built.url).toBe('http://x');
    expect(released).toEqual([]);
    await built.stop();
    expect(released).toEqual(['server', 'database']);
  });

  it('releases what it had when building fails, and throws the reason', async () => {
    const { released, stoppable } = createRecorder();
    const building = startInScope(async (scope) => {
      scope.own(stoppable('database'));
      scope.own({ stop: () => Promise.reject(new Error('a consequence')) });
      throw new Error('the port is in use');
    });
    await expect(building).rejects.toThrow('the port is in use');
    expect(released).toEqual(['database']);
  });
});

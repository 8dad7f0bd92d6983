import { runInThisContext } from 'node:vm';
import { afterEach, describe, expect, it, jest } from '@jest/globals';

afterEach(() => {
  jest.useRealTimers();
});

describe('the realm of a test file', () => {
  it('is its own, and its global object is known by all names', () => {
    const outer = runInThisContext('globalThis');

    expect(globalThis).not.toBe(outer);
    expect(Error).not.toBe(outer.Error);
    expect(global).toBe(globalThis);
    expect(runInThisContext('typeof expect')).toBe('undefined');
  });

  it('keeps enough of a stack to name the test under libraries', () => {
    expect(Error.stackTraceLimit).toBe(100);
  });

  it('takes bytes that Node makes for its own', () => {
    expect(Buffer.from('tributary')).toBeInstanceOf(Uint8Array);
    expect(new TextEncoder().encode('tributary')).toBeInstanceOf(Uint8Array);
    expect(new Blob([new Uint8Array(3)]).size).toBe(3);
  });

  it('has the globals of Node, each of which can be replaced', () => {
    const { fetch } = globalThis;
    const replacement: typeof fetch = async () => new Response('replaced');

    expect(globalThis.fetch).toBe(fetch);
    globalThis.fetch = replacement;
    expect(globalThis.fetch).toBe(replacement);
    globalThis.fetch = fetch;
    expect(new URL('/graphql', 'http://127.0.0.1').href).toBe('http://127.0.0.1/graphql');
    expect(new AbortController().signal).toBeInstanceOf(EventTarget);
    expect(structuredClone(new Map([['a', 1]])).get('a')).toBe(1);
  });

  it('has the time that a test gives it', async () => {
    jest.useFakeTimers({ now: 1_000 });
    let isOver = false;
    setTimeout(() => {
      isOver = true;
    }, 60_000);

    await jest.advanceTimersByTimeAsync(60_000);

    expect(isOver).toBe(true);
    expect(Date.now()).toBe(61_000);
  });

  it('makes mocks whose promises are its own', async () => {
    const ask = jest.fn<() => Promise<string>>().mockResolvedValue('answer');

    expect(ask()).toBeInstanceOf(Promise);
    await expect(ask()).resolves.toBe('answer');
  });
});

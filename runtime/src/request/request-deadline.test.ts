import { once } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import type { ClientSignal } from '../http/http-message.ts';
import { parseTimeout, RequestDeadline } from './request-deadline.ts';

function client(): ClientSignal & { go: () => void } {
  const aborter = new AbortController();
  return {
    get aborted() {
      return aborter.signal.aborted;
    },
    toAbortSignal: () => aborter.signal,
    go: () => aborter.abort(),
  };
}

describe('what a client says of its patience', () => {
  it('is a positive whole number, or nothing', () => {
    expect([parseTimeout(undefined), parseTimeout('1'), parseTimeout('2500')]).toEqual([undefined, 1, 2_500]);
  });

  it.each(['', '0', '-1', '1.5', '1e3', '0x10', ' 5', '9999999999', 'soon'])('is refused as %j', (value) => {
    expect(() => parseTimeout(value)).toThrow('no positive whole number');
  });
});

describe('the deadline of a request', () => {
  it('passes with its time, for who looks and for who is told', async () => {
    const deadline = new RequestDeadline(client(), 5);
    const signal = deadline.toAbortSignal();
    expect(signal.aborted).toBe(false);
    if (!signal.aborted) await once(signal, 'abort');

    const [aborted, left] = [deadline.aborted, deadline.leftMs];
    expect({ aborted, left }).toEqual({ aborted: true, left: 0 });
  });

  it('has passed for everybody once somebody was told, though the timer was early', () => {
    const timer = new AbortController();
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(timer.signal);
    const deadline = new RequestDeadline(client(), 60_000);
    deadline.toAbortSignal();
    timeout.mockRestore();
    expect([deadline.aborted, deadline.leftMs > 0]).toEqual([false, true]);
    timer.abort();

    expect([deadline.aborted, deadline.leftMs]).toEqual([true, 0]);
  });

  it('makes one signal, and none for who only looks', () => {
    const deadline = new RequestDeadline(client(), 60_000);
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    expect(deadline.aborted).toBe(false);
    expect(timeout).not.toHaveBeenCalled();

    expect(deadline.toAbortSignal()).toBe(deadline.toAbortSignal());
    expect(timeout).toHaveBeenCalledTimes(1);
    timeout.mockRestore();
  });

  it('is over as soon as the client has gone', () => {
    const gone = client();
    const deadline = new RequestDeadline(gone, 60_000);
    const signal = deadline.toAbortSignal();
    gone.go();

    expect([deadline.aborted, signal.aborted]).toEqual([true, true]);
  });
});

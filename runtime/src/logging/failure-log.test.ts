import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CodedError } from '../errors/coded-error.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { createFailureLog } from './failure-log.ts';

const INTERVAL_MS = 10_000;

function relayFailed(cause: unknown): Error {
  return new Error('the relay failed and will try again', { cause });
}

function unavailable(database: string): CodedError {
  return new CodedError('DATABASE_UNAVAILABLE', `database ${database} is unreachable`);
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

function createLog() {
  const { logger, lines } = createCapturedLogger();
  return { lines, report: createFailureLog({ logger, component: 'outbox relay', intervalMs: INTERVAL_MS }) };
}

describe('the log of failures', () => {
  it('tells an expected failure in one line without a stack', () => {
    const { lines, report } = createLog();
    report(relayFailed(unavailable('shard_0')));
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        component: 'outbox relay',
        code: 'DATABASE_UNAVAILABLE',
        reason: 'database shard_0 is unreachable',
        msg: 'the relay failed and will try again',
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('failure-log.test');
  });

  it('takes a refused connection for expected', () => {
    const { lines, report } = createLog();
    report(relayFailed(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })));
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', code: 'ECONNREFUSED' })]);
    expect(lines[0]).not.toHaveProperty('err');
  });

  it('keeps the stack of a defect and of its cause', () => {
    const { lines, report } = createLog();
    report(relayFailed(new TypeError('a defect')));
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'error',
        err: expect.objectContaining({ stack: expect.stringContaining('a defect') }),
      }),
    ]);
  });

  it('counts what is repeated within the interval, and tells the count when it is over', () => {
    const { lines, report } = createLog();
    for (let second = 0; second < 25; second += 1) {
      report(relayFailed(unavailable('shard_0')));
      jest.advanceTimersByTime(1_000);
    }
    expect(lines.map(({ repeated }) => repeated)).toEqual([undefined, 9, 10]);
    jest.advanceTimersByTime(INTERVAL_MS);
    expect(lines.map(({ repeated }) => repeated)).toEqual([undefined, 9, 10, 5]);
  });

  it('begins anew after an interval without the failure', () => {
    const { lines, report } = createLog();
    report(relayFailed(unavailable('shard_0')));
    jest.advanceTimersByTime(INTERVAL_MS);
    expect(jest.getTimerCount()).toBe(0);
    report(relayFailed(unavailable('shard_0')));
    expect(lines.map(({ repeated }) => repeated)).toEqual([undefined, undefined]);
  });

  it('counts each failure by itself', () => {
    const { lines, report } = createLog();
    report(relayFailed(unavailable('shard_0')));
    report(relayFailed(unavailable('shard_1')));
    report(new Error('a defect'));
    expect(lines).toHaveLength(3);
  });
});

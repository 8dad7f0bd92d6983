import { describe, expect, it } from '@jest/globals';
import { createRefusalCollector, type RefusalBatch } from './refusal-collector.ts';

const viewer = { userId: 'usr_1', role: 'CUSTOMER' as const, sessionId: 'ses_1', scopes: [] };
const refusedAt = (...path: (string | number)[]) => ({ message: 'no', path, extensions: { code: 'FORBIDDEN' } });

/** A collector whose batches are kept, after so many that fail. */
function collect({ failures = 0 } = {}) {
  const tried: RefusalBatch[] = [];
  const errors: string[] = [];
  const collector = createRefusalCollector({
    send: async (batch) => {
      tried.push(batch);
      if (tried.length <= failures) throw new Error('away');
    },
    onError: ({ message }) => errors.push(message),
    intervalMs: 5,
  });
  return { collector, tried, errors };
}

describe('what clients are refused', () => {
  it('is told once for each viewer, code and place, with how often it was', async () => {
    const { collector, tried } = collect();
    collector.observe({ viewer, requestId: 'one' }, [refusedAt('users', 0, 'email'), refusedAt('users', 7, 'email')]);
    collector.observe({ viewer: null, requestId: 'two' }, [refusedAt('users', 1, 'email')]);
    await collector.stop();
    expect(tried).toEqual([
      {
        batchId: expect.any(String),
        refusals: [
          { viewerId: 'usr_1', code: 'FORBIDDEN', path: 'users.@.email', requestId: 'one', times: 2 },
          { viewerId: null, code: 'FORBIDDEN', path: 'users.@.email', requestId: 'two', times: 1 },
        ],
      },
    ]);
  });

  it('is nothing else that goes wrong', async () => {
    const { collector, tried } = collect();
    const errors = ['NOT_FOUND', 'INTERNAL_SERVER_ERROR'].map((code) => ({ message: 'no', extensions: { code } }));
    collector.observe({ viewer, requestId: 'one' }, errors);
    await collector.stop();
    expect(tried).toEqual([]);
  });

  it('is told again under the same id until it is taken, and what comes meanwhile after it', async () => {
    const { collector, tried } = collect({ failures: 2 });
    collector.observe({ viewer, requestId: 'one' }, [refusedAt('orders')]);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(() => tried.length > 0 && resolve(), 1);
    await promise;
    clearInterval(timer);
    collector.observe({ viewer, requestId: 'two' }, [refusedAt('users')]);
    while (tried.length < 4) await new Promise(setImmediate);
    await collector.stop();
    expect(new Set(tried.slice(0, 3).map(({ batchId }) => batchId)).size).toBe(1);
    expect(tried.map(({ refusals }) => refusals.map(({ path }) => path))).toEqual([
      ['orders'],
      ['orders'],
      ['orders'],
      ['users'],
    ]);
  });

  it('is kept within bounds, whoever asks for whatever', async () => {
    const { collector, tried, errors } = collect();
    const flood = Array.from({ length: 600 }, (_, index) => refusedAt(`alias${index}`.padEnd(1_000, 'x')));
    collector.observe({ viewer, requestId: 'one' }, flood);
    await collector.stop();
    expect(tried.map(({ refusals }) => refusals.length)).toEqual([500]);
    expect(Math.max(...(tried[0]?.refusals.map(({ path }) => path.length) ?? []))).toBe(300);
    expect(errors).toEqual(['100 refusals were too many to be told one by one']);
  });
});

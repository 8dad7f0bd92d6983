import { expect, it, jest } from '@jest/globals';
import { runIdempotent } from './idempotent.ts';

it('runs an operation whose key was deleted for its age while it was being looked up', async () => {
  const executed = jest.fn(async () => (executed.mock.calls.length === 1 ? 0 : 1));
  const tx = { $executeRaw: executed, $queryRaw: async <Rows>() => [] as Rows };
  const operation = { ownerId: 1n, operation: 'placeOrder', key: 'a day old', request: {} };
  expect(await runIdempotent(tx, operation, async () => 'ord_1')).toBe('ord_1');
  expect(executed).toHaveBeenCalledTimes(3);
});

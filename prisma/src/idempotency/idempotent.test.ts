import { expect, it, jest } from '@jest/globals';
import { runIdempotent } from './idempotent.ts';
import { createIdempotentCalls } from './idempotent-calls.ts';

it('runs an operation whose key was deleted for its age while it was being looked up', async () => {
  const executed = jest.fn(async () => (executed.mock.calls.length === 1 ? 0 : 1));
  const tx = { $executeRaw: executed, $queryRaw: async <Rows>() => [] as Rows };
  const call = { ownerId: 1n, operation: 'placeOrder', key: 'a day old', request: {} };
  const response = await createIdempotentCalls().run(call, () => runIdempotent(tx, call, async () => 'ord_1'));
  expect(response).toBe('ord_1');
  expect(executed).toHaveBeenCalledTimes(3);
});

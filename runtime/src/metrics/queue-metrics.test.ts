import { expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';
import { readQueues } from './queue-metrics.ts';

it('shows the outboxes that can be read while one database fails and one hangs, and tells of those', async () => {
  const errors: unknown[] = [];
  const metrics = new Metrics((error) => errors.push(error));
  const away = new Error('shard_0 is away');
  const outboxes = () => [
    Promise.resolve({ database: 'catalog', waiting: 3, oldestWaiting: new Date(0) }),
    Promise.reject(away),
    new Promise<never>(() => undefined),
    Promise.resolve({ database: 'shard_2', waiting: 0, oldestWaiting: null }),
  ];
  readQueues(metrics, { queues: async () => [], outboxes }, 1);

  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('tributary_outbox'));
  expect(lines).toEqual([
    'tributary_outbox_events{database="catalog"} 3',
    'tributary_outbox_events{database="shard_2"} 0',
    expect.stringMatching(/^tributary_outbox_oldest_seconds\{database="catalog"\} [\d.]{6,}$/),
    'tributary_outbox_oldest_seconds{database="shard_2"} 0',
  ]);
  expect(errors).toEqual([away, expect.objectContaining({ message: expect.stringMatching(/within 1 ms/) })]);
});

import { randomUUID } from 'node:crypto';
import { appendToAuditLog, readAuditLog } from '@tributary/prisma/audit/audit-log';
import { recordAppliedBatch } from '@tributary/prisma/counters/applied-batches';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import { writeOutbox, writeOutboxBatch } from '@tributary/prisma/outbox/outbox';
import { relayOutboxBatch } from '@tributary/prisma/outbox/outbox-batch';
import {
  bindQueue,
  claimMessages,
  enqueue,
  postponeMessage,
  returnMessage,
  settleMessage,
} from '@tributary/prisma/queue/message-store';
import { deleteExpiredRows } from '@tributary/prisma/retention/delete-expired-rows';
import type { ExplainRow } from './repository-rows.ts';

class NotPublished extends Error {}

/** Rolls a batch of the relay back. */
const refuse = async () => {
  throw new NotPublished();
};
const expectRefusal = (error: unknown) => {
  if (!(error instanceof NotPublished)) throw error;
};
const name = 'OrderPlaced';
const queue = 'inventory';

/** What the tables that every subgraph shares are asked. Those that keep the shard map have a row a change of the map, or a process. */
export const eventRows: Readonly<Record<string, ExplainRow>> = {
  writeOutbox: ({ customerId, onShard }) =>
    onShard((tx) =>
      writeOutbox(tx, {
        producer: 'orders',
        aggregateId: customerId,
        name,
        version: 1,
        payload: {},
        logicalShard: logicalShardOf(customerId),
      }),
    ),
  'relayOutboxBatch in the catalog': ({ databases }) =>
    relayOutboxBatch({ client: databases.catalog(), role: 'catalog', producer: 'catalog', publish: refuse }).catch(
      expectRefusal,
    ),
  'relayOutboxBatch on a shard': ({ databases, shard }) =>
    relayOutboxBatch({ client: databases.shardNamed(shard), role: 'shard', producer: 'orders', publish: refuse }).catch(
      expectRefusal,
    ),
  writeOutboxBatch: ({ inCatalog }) =>
    inCatalog((tx) => {
      const event = { aggregateId: 1n, name, version: 1, payload: {} };
      return writeOutboxBatch(tx, { producer: 'notifications', logicalShard: 1023, events: [event, event] });
    }),
  appendToAuditLog: ({ databases, newId: eventId }) =>
    appendToAuditLog(databases.catalog(), {
      ...{ eventId, name, actor: 'usr_1', subject: 'ord_1', details: {}, occurredAt: new Date() },
    }),
  readAuditLog: async ({ databases }) => {
    await readAuditLog(databases.catalog(), { limit: 100 });
    await readAuditLog(databases.catalog(), { actor: 'usr_1', limit: 100 });
    await readAuditLog(databases.catalog(), { subject: 'ord_1', since: new Date(), limit: 100 });
  },
  'recordInInbox in the catalog': ({ newId: eventId, inCatalog }) =>
    inCatalog((tx) => recordInInbox(tx, { consumer: 'inventory', eventId })),
  'recordInInbox on a shard': ({ newId: eventId, customerId, onShard }) =>
    onShard((tx) => recordInInbox(tx, { consumer: 'orders', eventId, logicalShard: logicalShardOf(customerId) })),
  recordAppliedBatch: ({ inCatalog }) => inCatalog((tx) => recordAppliedBatch(tx, randomUUID())),
  runIdempotent: ({ customerId: ownerId, onShard }) =>
    onShard(async (tx) => {
      const operation = { ownerId, operation: 'placeOrder', key: 'new', request: {} };
      await runIdempotent(tx, operation, async () => 'done');
      await runIdempotent(tx, operation, async () => 'not done');
    }),
  bindQueue: ({ databases }) => bindQueue(databases.catalog(), queue, [name]),
  enqueue: ({ databases, newId: id, customerId: aggregateId }) =>
    enqueue(databases.catalog(), [{ id, aggregateId, name, version: 1, payload: {}, occurredAt: new Date() }]),
  claimMessages: ({ databases }) => claimMessages(databases.catalog(), { queue, limit: 10, leaseMs: 1_000 }),
  'settleMessage, returnMessage and postponeMessage': async ({ databases }) => {
    const client = databases.catalog();
    const [first, second, third, fourth] = await claimMessages(client, { queue, limit: 4, leaseMs: 1_000 });
    if (!first || !second || !third || !fourth) throw new Error('the queue has too few messages');
    await settleMessage(client, first);
    await returnMessage(client, second, { error: new Error('failed'), retryInMs: 1_000 });
    await returnMessage(client, third, { error: new Error('failed'), retryInMs: 'never' });
    await postponeMessage(client, fourth, { error: new Error('away'), retryInMs: 1_000 });
  },
  'deleteExpiredRows of the catalog': ({ databases }) =>
    deleteExpiredRows({ name: 'catalog', role: 'catalog', client: databases.catalog() }),
  'deleteExpiredRows of a shard': ({ databases, shard }) =>
    deleteExpiredRows({ name: shard, role: 'shard', client: databases.shardNamed(shard) }),
};

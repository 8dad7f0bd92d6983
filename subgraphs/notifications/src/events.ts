import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { outboxWriterOf } from '@tributary/prisma/outbox/outbox-writer';
import { defineEvent } from '@tributary/runtime/events/event-definition';
import { z } from 'zod';

/** The name under which this subgraph publishes. */
export const PRODUCER = 'notifications';

/** There is a notification for a user. */
export const notificationCreated = defineEvent({
  name: 'NotificationCreated',
  version: 1,
  schema: z.object({ notificationId: z.string().startsWith('ntf_'), userId: z.string().startsWith('usr_') }),
  sample: { notificationId: 'ntf_03c8wd5xqw000', userId: 'usr_00y1qm3xqw000' },
});

const write = outboxWriterOf(PRODUCER);

/** Has it published, when the transaction commits, that there is a notification. */
export async function publishNotificationCreated(
  tx: ShardTransaction,
  { id, userId }: { id: bigint; userId: bigint },
): Promise<void> {
  const payload = { notificationId: encodeId('notification', id), userId: encodeId('user', userId) };
  await write(tx, notificationCreated.about(id, payload));
}

/** Somebody was refused what they may not see or do, so many times within moments; `path` is where, in the client's names. */
export const permissionRefused = defineEvent({
  name: 'PermissionRefused',
  version: 1,
  schema: z.object({
    viewerId: z.string().nullable(),
    code: z.string(),
    path: z.string(),
    requestId: z.string(),
    times: z.int().min(1),
  }),
  sample: {
    viewerId: 'usr_00y1qm3xqw000',
    code: 'UNAUTHORIZED_FIELD_OR_TYPE',
    path: 'users.nodes.@.email',
    requestId: '8e8c4a4c-6a4b-4bb4-9a3c-5d3c7f0c7d25',
    times: 1,
  },
});

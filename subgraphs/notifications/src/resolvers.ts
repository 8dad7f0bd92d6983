import { timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { SubgraphResolvers } from '@tributary/runtime/graphql/subgraph-resolvers';
import { pageArguments, toConnection } from '@tributary/runtime/pagination/connection';
import { requireViewer } from '@tributary/runtime/viewer/guards';
import { DateTimeResolver } from 'graphql-scalars';
import type { NotificationsContext } from './context.ts';
import { type MarkNotificationReadDependencies, markNotificationRead } from './mark-notification-read.ts';
import { findVisibleNotification, requireNotificationsVisible } from './notification-access.ts';
import type { NotificationRow } from './notification-repository.ts';

/** A user as this subgraph knows it. */
interface UserStub {
  id: bigint;
}

interface NotificationsArguments {
  unreadOnly: boolean;
  first?: number | null;
  after?: string | null;
}

/** The resolvers of the schema: they check the viewer, call, and shape. */
export function createResolvers(
  dependencies: MarkNotificationReadDependencies,
): SubgraphResolvers<NotificationsContext> {
  return {
    Query: {
      notification: (_: unknown, { id }: { id: string }, context: NotificationsContext) =>
        findVisibleNotification(context, decodeId('notification', id)),
    },

    Mutation: {
      async markNotificationRead(_: unknown, { id }: { id: string }, { viewer }: NotificationsContext) {
        const userId = decodeId('user', requireViewer(viewer).userId);
        return { notification: await markNotificationRead(dependencies, { id: decodeId('notification', id), userId }) };
      },
    },

    Notification: {
      __resolveReference: ({ id }: { id: string }, context: NotificationsContext) =>
        findVisibleNotification(context, decodeId('notification', id)),
      id: ({ id }: NotificationRow) => encodeId('notification', id),
      createdAt: ({ id }: NotificationRow) => timeOf(id),
      subject: ({ kind, subjectId }: NotificationRow) =>
        kind === 'REVIEW_RECEIVED'
          ? { __typename: 'Review', id: encodeId('review', subjectId) }
          : { __typename: 'Order', id: encodeId('order', subjectId) },
    },

    User: {
      __resolveReference: ({ id }: { id: string }): UserStub => ({ id: decodeId('user', id) }),
      id: ({ id }: UserStub) => encodeId('user', id),
      async notifications({ id }: UserStub, args: NotificationsArguments, context: NotificationsContext) {
        requireNotificationsVisible(context, id);
        const { first, after } = pageArguments(args);
        const page = { isUnreadOnly: args.unreadOnly, first, after };
        const rows = await context.loaders.notificationsOfUser.load({ parentId: id, page });
        return toConnection(rows, first, (notification) => notification.id, after);
      },
      unreadNotificationCount({ id }: UserStub, _: unknown, context: NotificationsContext) {
        requireNotificationsVisible(context, id);
        return context.loaders.unreadCountOfUser.load(id);
      },
    },

    DateTime: DateTimeResolver,
  };
}

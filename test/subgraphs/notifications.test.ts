import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { logicalShardOf, timeOf } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { startNotificationsSubgraph } from '@tributary/subgraph-notifications/subgraph';
import { Client } from 'pg';
import { callSubgraph, type SubgraphRequest } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed, viewerOf } from '../kit/test-bed.ts';

type Kind = 'ORDER_CONFIRMED' | 'ORDER_REJECTED' | 'ORDER_CANCELLED' | 'REVIEW_RECEIVED';

let bed: TestBed;
let subgraph: { url: string; stop(): Promise<void> };

beforeAll(async () => {
  bed = await startTestBed('notifications');
  subgraph = await startNotificationsSubgraph(bed.options);
});

afterAll(async () => {
  await subgraph?.stop();
  await bed?.stop();
});

const ask = (query: string, request: Omit<SubgraphRequest, 'subgraph' | 'query'> = {}) =>
  callSubgraph(subgraph.url, { subgraph: 'notifications', query, ...request });

/** An id of the logical shard; users need no row of their own here. */
const newId = (logicalShard: number) => bed.databases.newId(logicalShard);

/** Gives a user notifications, the oldest first; every other one is read when `isHalfRead`. */
async function giveNotifications(
  userId: bigint,
  count: number,
  { isHalfRead = false, kind = 'ORDER_CONFIRMED' as Kind } = {},
) {
  const ids = await bed.databases.newIds(logicalShardOf(userId), count);
  const readAt = new Date('2026-11-01T10:00:00Z');
  await bed.databases.shardOf(userId).notification.createMany({
    data: ids.map((id, index) => ({
      id,
      userId,
      kind,
      subjectId: id,
      readAt: isHalfRead && index % 2 === 1 ? readAt : null,
    })),
  });
  await bed.test.waitForReplicas();
  return ids.map((id) => encodeId('notification', id));
}

const notificationsOf = (userId: bigint) =>
  bed.databases
    .shardOf(userId)
    .$primary()
    .notification.findMany({ where: { userId }, orderBy: { id: 'asc' } });

async function makeEvent(name: string, payload: EventEnvelope['payload']): Promise<EventEnvelope> {
  return { id: await newId(3), name, version: 1, aggregateId: 1n, payload, occurredAt: new Date() };
}

const codesOf = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code);

const PAGE = `query ($users: [_Any!]!, $first: Int, $after: String, $unreadOnly: Boolean! = false) {
  _entities(representations: $users) { ... on User {
    id
    notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {
      nodes { id kind createdAt readAt }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  } }
}`;
const representationOf = (userId: bigint) => ({ __typename: 'User', id: encodeId('user', userId) });
const idsOf = (nodes: { id: string }[]) => nodes.map(({ id }) => id);

describe('an event', () => {
  it.each([
    ['OrderConfirmed', 'ORDER_CONFIRMED'],
    ['OrderRejected', 'ORDER_REJECTED'],
    ['OrderCancelled', 'ORDER_CANCELLED'],
  ])('%s tells the buyer, on the shard of the buyer', async (name, kind) => {
    const buyer = await newId(800);
    const order = await newId(800);
    await bed.queue.deliver(
      await makeEvent(name, {
        orderId: encodeId('order', order),
        buyerId: encodeId('user', buyer),
        productIds: [],
        more: 'to come',
      }),
    );
    const rows = await notificationsOf(buyer);
    expect(rows).toEqual([{ id: expect.any(BigInt), userId: buyer, kind, subjectId: order, readAt: null }]);
    expect(rows.map(({ id }) => logicalShardOf(id))).toEqual([800]);
  });

  it('ReviewIndexed tells the merchant of the review, wherever its author lives', async () => {
    const merchant = await newId(10);
    const review = await newId(900);
    await bed.queue.deliver(
      await makeEvent('ReviewIndexed', {
        reviewId: encodeId('review', review),
        productId: encodeId('product', await newId(1023)),
        merchantId: encodeId('user', merchant),
        rating: 4,
      }),
    );
    expect(await notificationsOf(merchant)).toMatchObject([{ kind: 'REVIEW_RECEIVED', subjectId: review }]);
  });

  it('tells once, however often and however closely it arrives', async () => {
    const buyer = await newId(20);
    const order = await newId(20);
    const payload = { orderId: encodeId('order', order), buyerId: encodeId('user', buyer) };
    const event = await makeEvent('OrderConfirmed', payload);
    await Promise.all([bed.queue.deliver(event), bed.queue.deliver(event)]);
    await bed.queue.deliver(event);
    expect(await notificationsOf(buyer)).toHaveLength(1);
    await bed.queue.deliver(await makeEvent('OrderCancelled', payload));
    expect(await notificationsOf(buyer)).toMatchObject([{ kind: 'ORDER_CONFIRMED' }, { kind: 'ORDER_CANCELLED' }]);
  });

  it('leaves no trace when its shard is being moved, so that it can come again', async () => {
    const buyer = await newId(30);
    const order = await newId(30);
    const payload = { orderId: encodeId('order', order), buyerId: encodeId('user', buyer) };
    const event = await makeEvent('OrderConfirmed', payload);
    const mover = new Client(bed.databases.primaryUrlOf(bed.databases.databaseNameOf(buyer)));
    await mover.connect();
    try {
      await mover.query('SELECT pg_advisory_lock(7700, 30)');
      await expect(bed.queue.deliver(event)).rejects.toMatchObject({ code: 'SHARD_MOVING' });
    } finally {
      await mover.end();
    }
    expect(await notificationsOf(buyer)).toEqual([]);
    await bed.queue.deliver(event);
    expect(await notificationsOf(buyer)).toHaveLength(1);
  });

  it('is refused when its payload is not understood', async () => {
    const event = await makeEvent('OrderConfirmed', { orderId: 'ord_x' });
    await expect(bed.queue.deliver(event)).rejects.toThrow('buyerId');
  });
});

describe('the notifications of a user', () => {
  it('come in pages, newest first', async () => {
    const reader = await newId(40);
    const ids = (await giveNotifications(reader, 5)).reverse();
    const variables = { users: [representationOf(reader)], first: 2 };
    const viewer = viewerOf(reader);
    const seen: string[] = [];
    let after: string | null = null;
    for (const [hasPreviousPage, hasNextPage] of [
      [false, true],
      [true, true],
      [true, false],
    ]) {
      const { data } = await ask(PAGE, { viewer, variables: { ...variables, after } });
      const { nodes, pageInfo } = data._entities[0].notifications;
      expect(pageInfo).toMatchObject({ hasPreviousPage, hasNextPage });
      seen.push(...idsOf(nodes));
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(ids);
  });

  it('say when they were made, when they were read, and what they are about', async () => {
    const reader = await newId(41);
    const [first = ''] = await giveNotifications(reader, 2, { isHalfRead: true, kind: 'REVIEW_RECEIVED' });
    await giveNotifications(reader, 1, { kind: 'ORDER_REJECTED' });
    const query = `query ($users: [_Any!]!) { _entities(representations: $users) { ... on User { notifications {
      edges { node { id createdAt readAt kind subject { __typename ... on Order { id } ... on Review { id } } } }
    } } } }`;
    const { data } = await ask(query, { viewer: viewerOf(reader), variables: { users: [representationOf(reader)] } });
    const [order, read, unread] = data._entities[0].notifications.edges.map(({ node }: { node: unknown }) => node);
    expect(order).toMatchObject({ kind: 'ORDER_REJECTED', readAt: null, subject: { __typename: 'Order' } });
    expect(order.subject.id).toBe(order.id.replace('ntf_', 'ord_'));
    expect(read).toMatchObject({ readAt: '2026-11-01T10:00:00.000Z', subject: { __typename: 'Review' } });
    expect(unread).toMatchObject({ id: first, readAt: null, subject: { id: first.replace('ntf_', 'rev_') } });
    const [row] = await notificationsOf(reader);
    expect(unread.createdAt).toBe(timeOf(row?.id ?? 0n).toISOString());
  });

  it('can leave out what was read', async () => {
    const reader = await newId(42);
    const ids = await giveNotifications(reader, 4, { isHalfRead: true });
    const variables = { users: [representationOf(reader)], unreadOnly: true };
    const { data } = await ask(PAGE, { viewer: viewerOf(reader), variables });
    expect(idsOf(data._entities[0].notifications.nodes)).toEqual([ids[2], ids[0]]);
  });

  it('are read with one statement a shard for all users, and so are their counts', async () => {
    const readers = await Promise.all([50, 51, 52, 700, 701, 702].map(newId));
    for (const reader of readers) await giveNotifications(reader, 3, { isHalfRead: true });
    const query = `query ($users: [_Any!]!) { _entities(representations: $users) { ... on User {
      unreadNotificationCount
      notifications(first: 2) { nodes { id } }
    } } }`;
    const countWork = async (some: bigint[]) => {
      const variables = { users: some.map(representationOf) };
      const { data, statements, loaderBatches } = await ask(query, { viewer: viewerOf(1n, 'ADMIN'), variables });
      for (const user of data._entities) {
        expect(user.unreadNotificationCount).toBe(2);
        expect(user.notifications.nodes).toHaveLength(2);
      }
      const work = loaderBatches.map(({ loader, group }) => `${loader} ${group.split(' ')[0]}`).sort();
      return { statements: statements.map(({ database }) => database).sort(), work };
    };
    const ofAll = await countWork(readers);
    expect(ofAll.statements).toEqual(['shard_0', 'shard_0', 'shard_1', 'shard_1']);
    expect(ofAll.work).toEqual([
      'notificationsOfUser shard_0',
      'notificationsOfUser shard_1',
      'unreadCountOfUser shard_0',
      'unreadCountOfUser shard_1',
    ]);
    expect(await countWork([readers[0] ?? 0n, readers[3] ?? 0n])).toEqual(ofAll);
  });

  it('are not counted beyond 100 when they are unread', async () => {
    const reader = await newId(43);
    await giveNotifications(reader, 130);
    const query = `query ($users: [_Any!]!) {
      _entities(representations: $users) { ... on User { unreadNotificationCount } }
    }`;
    const { data } = await ask(query, { viewer: viewerOf(reader), variables: { users: [representationOf(reader)] } });
    expect(data._entities).toEqual([{ unreadNotificationCount: 100 }]);
  });

  it('are refused to others, field by field', async () => {
    const reader = await newId(44);
    const query = `query ($users: [_Any!]!) { _entities(representations: $users) { ... on User {
      id unreadNotificationCount notifications { nodes { id } }
    } } }`;
    const variables = { users: [representationOf(reader)] };
    const refused = [{ id: encodeId('user', reader), unreadNotificationCount: null, notifications: null }];
    const other = await ask(query, { viewer: viewerOf(await newId(44)), variables });
    expect(other.data._entities).toEqual(refused);
    expect(codesOf(other)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    const anonymous = await ask(query, { variables });
    expect(anonymous.data._entities).toEqual(refused);
    expect(codesOf(anonymous)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  it.each([
    [{ first: 0 }, 'PAGE_SIZE_OUT_OF_RANGE'],
    [{ first: 1_000 }, 'PAGE_SIZE_OUT_OF_RANGE'],
    [{ after: 'nowhere' }, 'INVALID_CURSOR'],
  ])('are not paged with %j', async (page, code) => {
    const reader = await newId(45);
    const variables = { users: [representationOf(reader)], ...page };
    expect(codesOf(await ask(PAGE, { viewer: viewerOf(reader), variables }))).toEqual([code]);
  });
});

describe('a notification', () => {
  const ENTITIES = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Notification { id } } }';
  const seenBy = async (viewer: Viewer | null, ids: string[]) =>
    ask(ENTITIES, { viewer, variables: { r: ids.map((id) => ({ __typename: 'Notification', id })) } });

  it('is there for its user and for administrators, and for others as little as one that does not exist', async () => {
    const reader = await newId(60);
    const stranger = await newId(750);
    const [own = ''] = await giveNotifications(reader, 1);
    const [foreign = ''] = await giveNotifications(stranger, 1);
    const unknown = encodeId('notification', await newId(60));

    const forReader = await seenBy(viewerOf(reader), [own, foreign, unknown]);
    expect(forReader).toMatchObject({ data: { _entities: [{ id: own }, null, null] }, errors: [] });
    expect(forReader.statements.map(({ database }) => database).sort()).toEqual(['shard_0', 'shard_1']);
    const forAdmin = await seenBy(viewerOf(1n, 'ADMIN'), [own, foreign, unknown]);
    expect(forAdmin.data._entities).toEqual([{ id: own }, { id: foreign }, null]);
    expect(codesOf(await seenBy(null, [own]))).toEqual(['UNAUTHENTICATED']);
  });

  it('is refused for an id of another type', async () => {
    const viewer = viewerOf(1n, 'ADMIN');
    expect(codesOf(await seenBy(viewer, [encodeId('user', 1n)]))).toEqual(['INVALID_ID']);
  });
});

describe('marking a notification as read', () => {
  const MARK = 'mutation ($id: ID!) { markNotificationRead(id: $id) { notification { id readAt } } }';

  it('notes when, once, and the list shows it at once', async () => {
    const reader = await newId(70);
    const viewer = viewerOf(reader);
    const [id = ''] = await giveNotifications(reader, 1);
    const before = Date.now();
    const { data, statements } = await ask(MARK, { viewer, variables: { id } });
    const { readAt } = data.markNotificationRead.notification;
    expect(Date.parse(readAt)).toBeGreaterThanOrEqual(before);
    expect(statements.filter(({ text }) => text.startsWith('UPDATE'))).toHaveLength(1);

    const again = await ask(MARK, { viewer, variables: { id } });
    expect(again.data).toEqual({ markNotificationRead: { notification: { id, readAt } } });
    const [row] = await notificationsOf(reader);
    expect(row?.readAt?.toISOString()).toBe(readAt);
  });

  it('is for its user alone, and tells nobody else that it exists', async () => {
    const reader = await newId(71);
    const [id = ''] = await giveNotifications(reader, 1);
    const unknown = encodeId('notification', await newId(71));
    const stranger = viewerOf(await newId(71));
    const foreign = await ask(MARK, { viewer: stranger, variables: { id } });
    const missing = await ask(MARK, { viewer: stranger, variables: { id: unknown } });
    expect(codesOf(foreign)).toEqual(['NOT_FOUND']);
    expect(foreign.errors[0]?.message).toBe(missing.errors[0]?.message);
    expect(codesOf(await ask(MARK, { viewer: viewerOf(1n, 'ADMIN'), variables: { id } }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await ask(MARK, { variables: { id } }))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await ask(MARK, { viewer: stranger, variables: { id: stranger.userId } }))).toEqual(['INVALID_ID']);
    expect(await notificationsOf(reader)).toMatchObject([{ readAt: null }]);
  });
});

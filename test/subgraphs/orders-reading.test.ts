import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { cancelOrder, OrdersScene, readOrder } from '../kit/orders-scene.ts';
import { viewerOf } from '../kit/test-bed.ts';

const ordersOfUsers = `query OrdersOfUsers($users: [_Any!]!, $first: Int, $after: String, $status: OrderStatus) {
  _entities(representations: $users) {
    ... on User {
      id
      orders(first: $first, after: $after, status: $status) {
        edges { cursor node { id } }
        nodes { id status items { quantity product { id } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
}`;

let scene: OrdersScene;
let admin: Viewer;

beforeAll(async () => {
  scene = await OrdersScene.start('orders-reading');
  admin = viewerOf(await scene.newId(0), 'ADMIN');
}, 120_000);

afterAll(() => scene?.stop());

afterEach(() => scene.bed.test.waitForReplicas());

describe('an order', () => {
  it('is visible to its buyer and to administrators, and to others as if it were not there', async () => {
    const [buyer, stranger] = [viewerOf(await scene.newId(0)), viewerOf(await scene.newId(0))];
    const { id } = await scene.place(buyer, await scene.newProduct(1999));
    await scene.bed.test.waitForReplicas();
    const entities = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Order { id status } } }`;
    for (const orderId of [id, encodeId('order', await scene.newId(0))]) {
      const isThere = orderId === id;
      const variables = { ids: [{ __typename: 'Order', id: orderId }] };
      const forViewer = async (viewer: Viewer) => [
        (await scene.ask(readOrder, { id: orderId }, viewer)).data.order?.id ?? null,
        (await scene.ask(entities, variables, viewer)).data._entities[0]?.id ?? null,
      ];
      expect(await forViewer(buyer)).toEqual(isThere ? [id, id] : [null, null]);
      expect(await forViewer(admin)).toEqual(isThere ? [id, id] : [null, null]);
      expect(await forViewer(stranger)).toEqual([null, null]);
    }
    expect((await scene.ask(readOrder, { id })).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('says when it was placed by its id', async () => {
    const buyer = viewerOf(await scene.newId(0));
    const before = Date.now();
    const { placedAt, updatedAt } = await scene.place(buyer, await scene.newProduct(1999));
    for (const time of [placedAt, updatedAt]) expect(Math.abs(new Date(time).getTime() - before)).toBeLessThan(60_000);
  });

  it.each([
    ['a text', 'nonsense'],
    ['the id of a review', encodeId('review', 5n)],
  ])('is not looked for by %s', async (_, id) => {
    const { data, errors } = await scene.ask(readOrder, { id }, admin);
    expect(data.order).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_ID' } }]);
  });
});

describe('User.orders', () => {
  it('is refused to other users, and to anonymous callers', async () => {
    const users = [{ __typename: 'User', id: encodeId('user', await scene.newId(0)) }];
    const stranger = await scene.ask(ordersOfUsers, { users }, viewerOf(await scene.newId(0)));
    expect(stranger.data._entities).toEqual([{ id: users[0]?.id, orders: null }]);
    expect(stranger.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await scene.ask(ordersOfUsers, { users })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  it('pages through all orders, the newest first', async () => {
    const buyer = viewerOf(await scene.newId(0));
    const lamp = await scene.newProduct(1999);
    const placed: string[] = [];
    for (let index = 0; index < 5; index += 1) placed.unshift((await scene.place(buyer, lamp)).id);
    await scene.bed.test.waitForReplicas();

    const seen: string[] = [];
    const flags: boolean[][] = [];
    let after: string | null = null;
    do {
      const users = [{ __typename: 'User', id: buyer.userId }];
      const { data } = await scene.ask(ordersOfUsers, { users, first: 2, after }, buyer);
      const { nodes, pageInfo } = data._entities[0].orders;
      seen.push(...nodes.map(({ id }: { id: string }) => id));
      flags.push([pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);

    expect(seen).toEqual(placed);
    expect(flags).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
  });

  it('shows only those with a status when asked', async () => {
    const buyer = viewerOf(await scene.newId(0));
    const lamp = await scene.newProduct(1999);
    const [kept, cancelled] = [await scene.place(buyer, lamp), await scene.place(buyer, lamp)];
    await scene.ask(cancelOrder, { id: cancelled.id }, buyer);
    await scene.bed.test.waitForReplicas();
    const users = [{ __typename: 'User', id: buyer.userId }];
    const idsOf = async (status: string | null) => {
      const { data } = await scene.ask(ordersOfUsers, { users, status }, buyer);
      return data._entities[0].orders.nodes.map(({ id }: { id: string }) => id);
    };
    expect(await idsOf('CANCELLED')).toEqual([cancelled.id]);
    expect(await idsOf('PENDING')).toEqual([kept.id]);
    expect(await idsOf('REJECTED')).toEqual([]);
    expect(await idsOf(null)).toEqual([cancelled.id, kept.id]);
  });

  it.each([
    ['first: 0', { first: 0 }, 'PAGE_SIZE_OUT_OF_RANGE'],
    ['first: 101', { first: 101 }, 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a cursor that is none', { after: 'bm9uZQ' }, 'INVALID_CURSOR'],
  ])('refuses %s', async (_, variables, code) => {
    const users = [{ __typename: 'User', id: encodeId('user', await scene.newId(0)) }];
    const { errors } = await scene.ask(ordersOfUsers, { users, ...variables }, admin);
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  it('takes one statement a shard for orders and one for items, however many users are asked for', async () => {
    const lamp = await scene.newProduct(1999);
    const buyers = await Promise.all(
      [0, 1, 2, 3, 1019, 1020, 1021, 1022].map((logicalShard) => scene.newId(logicalShard)),
    );
    await Promise.all(
      buyers.flatMap((buyer) => [scene.place(viewerOf(buyer), lamp), scene.place(viewerOf(buyer), lamp)]),
    );
    await scene.bed.test.waitForReplicas();
    const representationsOf = (ids: bigint[]) => ids.map((id) => ({ __typename: 'User', id: encodeId('user', id) }));

    for (const ids of [[buyers[0] ?? 0n, buyers[7] ?? 0n], buyers]) {
      const answer = await scene.ask(ordersOfUsers, { users: representationsOf(ids), first: 1 }, admin);
      expect(answer.errors).toEqual([]);
      expect(answer.data._entities.map((user: { orders: { nodes: unknown[] } }) => user.orders.nodes.length)).toEqual(
        ids.map(() => 1),
      );
      const half = ids.length / 2;
      const shards = [...new Set(ids.map((id) => scene.bed.databases.databaseNameOf(id)))].sort();
      expect(answer.loaderBatches).toHaveLength(4);
      expect(answer.loaderBatches).toEqual(
        expect.arrayContaining(
          shards.flatMap((shard) => [
            { loader: 'ordersOfBuyer', group: `${shard} first=1 after= status=`, keys: half },
            { loader: 'itemsOfOrder', group: shard, keys: half },
          ]),
        ),
      );
      expect(answer.statements.map(({ database }) => database).sort()).toEqual([...shards, ...shards].sort());
    }
  });
});

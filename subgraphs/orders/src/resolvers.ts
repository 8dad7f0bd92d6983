import { timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { toMoney } from '@tributary/prisma/money/money';
import type { SubgraphResolvers } from '@tributary/runtime/graphql/subgraph-resolvers';
import { pageArguments, toConnection } from '@tributary/runtime/pagination/connection';
import {
  CountryCodeResolver,
  CurrencyResolver,
  DateTimeResolver,
  PositiveIntResolver,
  SafeIntResolver,
  UUIDResolver,
} from 'graphql-scalars';
import type { OrdersContext } from './context.ts';
import { createMutations, type MutationDependencies } from './mutations.ts';
import { findVisibleOrder, requireOrdersVisible } from './order-access.ts';
import { describeRejection, type OrderRejection, readStoredRejection } from './order-rejection.ts';
import type { OrderItemRow, OrderRow, OrderStatus } from './order-repository.ts';

/** A user or a product as this subgraph knows it. */
interface Stub {
  id: bigint;
}

interface OrdersArguments {
  status?: OrderStatus | null;
  first?: number | null;
  after?: string | null;
}

type OrderItem = OrderItemRow & Pick<OrderRow, 'currency'>;

/** The resolvers of the schema: they check the viewer, call, and shape. */
export function createResolvers(dependencies: MutationDependencies): SubgraphResolvers<OrdersContext> {
  return {
    Query: {
      order: (_: unknown, { id }: { id: string }, context: OrdersContext) =>
        findVisibleOrder(context, decodeId('order', id)),
    },

    Mutation: createMutations(dependencies),

    Order: {
      __resolveReference: ({ id }: { id: string }, context: OrdersContext) =>
        findVisibleOrder(context, decodeId('order', id)),
      id: ({ id }: OrderRow) => encodeId('order', id),
      placedAt: ({ id }: OrderRow) => timeOf(id),
      items: async ({ id, currency }: OrderRow, _: unknown, { loaders }: OrdersContext): Promise<OrderItem[]> =>
        (await loaders.itemsOfOrder.load(id)).map((item) => ({ ...item, currency })),
      total: ({ totalMinor, currency }: OrderRow) => toMoney(totalMinor, currency),
      buyer: ({ buyerId }: OrderRow): Stub => ({ id: buyerId }),
      rejection: ({ rejection }: OrderRow) => readStoredRejection(rejection),
    },

    OrderItem: {
      product: ({ productId }: OrderItem): Stub => ({ id: productId }),
      unitPrice: ({ unitPriceMinor, currency }: OrderItem) => toMoney(unitPriceMinor, currency),
      lineTotal: ({ unitPriceMinor, quantity, currency }: OrderItem) =>
        toMoney(unitPriceMinor * BigInt(quantity), currency),
    },

    OrderRejection: {
      message: describeRejection,
      products: ({ productIds }: OrderRejection): Stub[] => productIds.map((id) => ({ id })),
    },

    User: {
      __resolveReference: ({ id }: { id: string }): Stub => ({ id: decodeId('user', id) }),
      id: ({ id }: Stub) => encodeId('user', id),
      async orders({ id }: Stub, { status, ...args }: OrdersArguments, context: OrdersContext) {
        requireOrdersVisible(context, id);
        const { first, after } = pageArguments(args);
        const page = { status: status ?? null, first, after };
        const rows = await context.loaders.ordersOfBuyer.load({ parentId: id, page });
        return toConnection(rows, first, (order) => order.id, after);
      },
    },

    Product: { id: ({ id }: Stub) => encodeId('product', id) },

    CountryCode: CountryCodeResolver,
    Currency: CurrencyResolver,
    DateTime: DateTimeResolver,
    PositiveInt: PositiveIntResolver,
    SafeInt: SafeIntResolver,
    UUID: UUIDResolver,
  };
}

import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { toMoney } from '@tributary/prisma/money/money';
import { requireIdempotencyKey } from '@tributary/runtime/input/idempotency-key';
import { requireViewer } from '@tributary/runtime/viewer/guards';
import { cancelOrder } from './cancel-order.ts';
import type { OrdersContext } from './context.ts';
import type { OrderRefusal } from './order-quote.ts';
import { type OrderRequest, type PlaceOrderInput, readOrderRequest } from './order-request.ts';
import { type PlaceOrderDependencies, placeOrder } from './place-order.ts';

export type MutationDependencies = PlaceOrderDependencies;

/** The resolvers of the mutations. */
export function createMutations(dependencies: MutationDependencies) {
  return {
    async placeOrder(_: unknown, { input }: { input: PlaceOrderInput }, context: OrdersContext) {
      const { viewer, loaders } = context;
      const buyerId = decodeId('user', requireViewer(viewer).userId);
      const idempotencyKey = requireIdempotencyKey({ field: input.idempotencyKey, header: context.idempotencyKey });
      const request = readOrderRequest(input);
      const outcome = await placeOrder(dependencies, { buyerId, idempotencyKey, request });
      if (outcome.kind !== 'placed') return describeRefusal(outcome, request);
      return {
        __typename: 'PlaceOrderSuccess',
        order: await loaders.order.clear(outcome.orderId).load(outcome.orderId),
      };
    },

    async cancelOrder(_: unknown, { id }: { id: string }, { viewer }: OrdersContext) {
      const buyerId = decodeId('user', requireViewer(viewer).userId);
      const { isCancelled, order } = await cancelOrder(dependencies, { buyerId, orderId: decodeId('order', id) });
      if (isCancelled) return { __typename: 'CancelOrderSuccess', order };
      return {
        __typename: 'OrderNotCancellable',
        code: 'ORDER_NOT_CANCELLABLE',
        message: `The order was ${order.status === 'REJECTED' ? 'rejected' : 'cancelled'} before`,
        order,
      };
    },
  };
}

function describeRefusal(refusal: OrderRefusal, { currency }: OrderRequest) {
  if (refusal.kind === 'productsUnavailable') {
    return {
      __typename: 'ProductsUnavailable',
      code: 'PRODUCTS_UNAVAILABLE',
      message: 'At least one product is not on sale',
      productIds: refusal.productIds.map((id) => encodeId('product', id)),
    };
  }
  return {
    __typename: 'PriceChanged',
    code: 'PRICE_CHANGED',
    message: 'At least one product costs something else by now',
    changes: refusal.changes.map(({ line, actual }) => ({
      product: { id: line.productId },
      expected: toMoney(line.expectedPriceMinor, currency),
      actual: toMoney(actual.priceMinor, actual.currency),
    })),
  };
}

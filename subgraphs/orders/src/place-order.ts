import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import type { IdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { orderPlaced, publishOrderEvent } from './events.ts';
import { type OrderQuote, type OrderRefusal, quoteOrder } from './order-quote.ts';
import type { NewOrder, NewOrderItem, OrderRepository } from './order-repository.ts';
import type { OrderRequest } from './order-request.ts';
import type { PriceListRepository } from './price-list-repository.ts';

/** What became of a request. */
export type PlaceOrderOutcome = { kind: 'placed'; orderId: bigint } | OrderRefusal;

export interface PlaceOrderDependencies {
  databases: Databases;
  orders: OrderRepository;
  priceList: PriceListRepository;
  idempotentCalls: IdempotentCalls;
}

/**
 * Places an order at the catalog's prices, or refuses it. Order, items, idempotency key and the event are committed together on
 * the buyer's shard.
 *
 * The key is looked up before the quote counts: a repetition is answered with the first order even when prices have changed
 * since. A refusal is not remembered, so the same key can be sent again once the product is back.
 * @throws CodedError BAD_USER_INPUT
 * @throws IdempotencyKeyReusedError, IdempotencyKeyBusyError, ShardMovingError
 */
export async function placeOrder(
  { databases, orders, priceList, idempotentCalls }: PlaceOrderDependencies,
  { buyerId, idempotencyKey, request }: { buyerId: bigint; idempotencyKey: string; request: OrderRequest },
): Promise<PlaceOrderOutcome> {
  // Read before the transaction, so that no shard's connection is held while the catalog answers.
  const quote = quoteOrder(request, await priceList.findPrices(request.lines.map(({ productId }) => productId)));

  const call = { ownerId: buyerId, operation: 'placeOrder', key: idempotencyKey, request };
  const place = () =>
    databases.withShardRetry(async () => {
      const id = await databases.newId(logicalShardOf(buyerId));
      return databases.shardOf(buyerId).$transaction((tx) =>
        runIdempotent(tx, call, async () => {
          const { totalMinor, items } = acceptedOrThrow(quote);
          const { currency, shippingCountry } = request;
          await writeOrder(tx, orders, { id, buyerId, currency, shippingCountry, totalMinor }, items);
          return { orderId: encodeId('order', id) };
        }),
      );
    });

  try {
    const { orderId } = await idempotentCalls.run(call, place);
    return { kind: 'placed', orderId: decodeId('order', orderId) };
  } catch (error) {
    if (error instanceof OrderRefused) return error.refusal;
    throw error;
  }
}

/** Rolls the transaction back, and the idempotency key with it. */
class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
  readonly refusal: OrderRefusal;

  constructor(refusal: OrderRefusal) {
    super(refusal.kind);
    this.refusal = refusal;
  }
}

function acceptedOrThrow(quote: OrderQuote): Extract<OrderQuote, { kind: 'accepted' }> {
  if (quote.kind !== 'accepted') throw new OrderRefused(quote);
  return quote;
}

async function writeOrder(
  tx: ShardTransaction,
  orders: OrderRepository,
  order: NewOrder,
  items: readonly NewOrderItem[],
): Promise<void> {
  await orders.insert(tx, order);
  await orders.insertItems(tx, order.id, items);
  await publishOrderEvent(tx, order.id, orderPlaced, {
    orderId: encodeId('order', order.id),
    buyerId: encodeId('user', order.buyerId),
    lines: items.map(({ productId, quantity }) => ({ productId: encodeId('product', productId), quantity })),
  });
}

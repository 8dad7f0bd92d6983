import { defineConsumer } from '@tributary/runtime/events/consumer';
import { z } from 'zod';

const text = z.string();
const count = z.int();
const client = text.nullable();
const order = z.object({ orderId: text, buyerId: text });
const money = z.object({ amountMinor: text, currency: text });

const needs = <Payload>(schema: z.ZodType<Payload>) => ({ version: 1, schema });

/** What the audit log notes of what was done, or refused. No field of these is a secret, or an address of anybody. */
export const auditor = defineConsumer({
  queue: 'audit',
  events: {
    LoggedIn: needs(z.object({ userId: text, sessionId: text, client })),
    LogInFailed: needs(z.object({ account: text, client, pauseMs: count })),
    LoggedOut: needs(z.object({ sessionId: text, reason: text })),
    LoggedOutEverywhere: needs(z.object({ userId: text, sessions: count })),
    OrderPlaced: needs(order.extend({ lines: z.array(z.object({ productId: text, quantity: count })) })),
    OrderConfirmed: needs(order),
    OrderRejected: needs(order.extend({ productIds: z.array(text) })),
    OrderCancelled: needs(order),
    ProductPublished: needs(z.object({ productId: text, merchantId: text, initialStock: count })),
    ProductPriceChanged: needs(z.object({ productId: text, changedBy: text, before: money, after: money })),
    StockAdjusted: needs(z.object({ productId: text, changedBy: text, delta: count, available: count })),
    PermissionRefused: needs(
      z.object({ viewerId: text.nullable(), code: text, path: text, requestId: text, times: count }),
    ),
  },
});

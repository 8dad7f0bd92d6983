import type { LogEntry } from '../clients/client-log.ts';

// What a verdict is made of. Ids are decimal numbers in text, as Postgres shows them; amounts are in minor units.

export interface OrderRow {
  /** Where the row was found: `shard_0`. */
  readonly database: string;
  readonly id: string;
  readonly buyerId: string;
  readonly status: string;
  readonly currency: string;
  readonly totalMinor: number;
  readonly shippingCountry: string;
}

export interface OrderItemRow {
  readonly orderId: string;
  readonly position: number;
  readonly productId: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** A key of `placeOrder` and the order that it stands for. */
export interface IdempotencyKeyRow {
  readonly ownerId: string;
  readonly key: string;
  /** `ord_…`, as the service stored it. */
  readonly orderId: string;
}

export interface NotificationRow {
  readonly userId: string;
  readonly kind: string;
  readonly orderId: string;
}

export interface ReservationRow {
  readonly orderId: string;
  readonly state: string;
}

export interface ReservationLineRow {
  readonly orderId: string;
  readonly productId: string;
  readonly quantity: number;
}

export interface StockRow {
  readonly productId: string;
  readonly available: number;
  readonly reserved: number;
}

/** Events that wait somewhere, or were given up. */
export interface Backlog {
  /** `outbox of shard_0`, `queue inventory`, `dead letters of orders`. */
  readonly where: string;
  readonly events: number;
}

/** All that is known of a run when it is over: what clients were told, and what is in the databases and the broker. */
export interface Evidence {
  readonly log: readonly LogEntry[];
  readonly stockBefore: readonly StockRow[];
  readonly stock: readonly StockRow[];
  /** Of the run alone, like all that follows. */
  readonly orders: readonly OrderRow[];
  readonly items: readonly OrderItemRow[];
  readonly keys: readonly IdempotencyKeyRow[];
  readonly notifications: readonly NotificationRow[];
  readonly reservations: readonly ReservationRow[];
  readonly reservationLines: readonly ReservationLineRow[];
  /** Only what is not empty. */
  readonly backlogs: readonly Backlog[];
}

/** Something that must not be, and what it is about. */
export interface Violation {
  /** The promise that was broken. */
  readonly rule: string;
  readonly detail: string;
}

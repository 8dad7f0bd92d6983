import { Observable } from '@apollo/client';
import {
  LogInDocument,
  OrderDocument,
  type OrderLineInput,
  type OrderStatus,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
  type PlaceOrderMutation,
} from './generated/graphql.ts';
import type { ShopClient } from './shop-client.ts';

/**
 * Logs in: what is asked from then on is asked as this viewer.
 *
 * @returns the viewer's name; `undefined` when nobody has this address and password
 */
export async function logIn(
  { graph, session }: ShopClient,
  input: { readonly email: string; readonly password: string },
): Promise<string | undefined> {
  const { data } = await graph.mutate({ mutation: LogInDocument, variables: { input }, fetchPolicy: 'no-cache' });
  if (data?.logIn.__typename !== 'SessionOpened') return undefined;
  session.open(data.logIn.accessToken);
  // What a visitor was shown may be otherwise for this viewer.
  await graph.clearStore();
  return data.logIn.viewer.displayName;
}

/** What there is to order. */
export interface Basket {
  /** Made when the buyer decides to buy, and kept until there is an answer: however often it is sent, there is one order. */
  readonly idempotencyKey: string;
  readonly lines: readonly OrderLineInput[];
  readonly shippingCountry: string;
}

/** The order, or one of the refusals that the schema has for it. */
export type OrderOutcome = PlaceOrderMutation['placeOrder'];

/** @throws LinkError when no gateway answers; send the same basket again later */
export async function placeOrder(
  { graph }: ShopClient,
  { idempotencyKey, lines, shippingCountry }: Basket,
): Promise<OrderOutcome> {
  const { data } = await graph.mutate({
    mutation: PlaceOrderDocument,
    variables: { input: { lines: [...lines], shippingCountry } },
    context: { headers: { 'idempotency-key': idempotencyKey } },
  });
  if (!data) throw new Error('the answer has no data');
  return data.placeOrder;
}

/**
 * The status of an order now, and each one that it gets, until somebody stops listening. It is asked for once its stream is open, so that
 * no change falls between them; both come by the cache, as for any other part of a page that shows the order.
 */
export function watchOrder({ graph }: ShopClient, id: string): Observable<OrderStatus> {
  return new Observable((observer) => {
    const shown = graph.watchQuery({ query: OrderDocument, variables: { id }, fetchPolicy: 'cache-only' });
    const showing = shown.subscribe({
      next: ({ data }) => {
        if (data?.order?.status) observer.next(data.order.status);
      },
      error: (error) => observer.error(error),
    });
    const ask = () => graph.query({ query: OrderDocument, variables: { id }, fetchPolicy: 'network-only' });
    const changes = graph
      .subscribe({
        query: OrderStatusChangedDocument,
        variables: { orderId: id },
        context: { onOpen: () => void ask().catch((error) => observer.error(error)) },
      })
      .subscribe({
        next: ({ error }) => {
          if (error) observer.error(error);
        },
        error: (error) => observer.error(error),
      });
    return () => {
      changes.unsubscribe();
      showing.unsubscribe();
    };
  });
}

import { untilEventsAreHandled } from '../kit/events-handled.ts';
import { logInPeople, type Person } from '../kit/people.ts';
import { line, orderUntil, placeGoodOrder, publishProduct, type ShopProduct } from '../kit/storefront.ts';
import type { TestGraph } from '../kit/test-graph.ts';
import { type AccountHolderName, tokenOf, type ViewerName } from './viewers.ts';

/** What there is to see, by ids. */
export interface AccessObjects {
  readonly customer: string;
  /** The merchant's. */
  readonly product: string;
  readonly merchant: string;
  /** The customer's newest, which was rejected, so that there is something in all its fields. */
  readonly order: string;
  /** The customer's, of the merchant's product. */
  readonly review: string;
  /** To the customer, about the order. They have read it. */
  readonly notification: string;
}

export interface AccessScene {
  readonly objects: AccessObjects;
  readonly people: Readonly<Record<AccountHolderName, Person>>;
  /** The merchant's. */
  readonly product: ShopProduct;
  /** `undefined` for the anonymous one. */
  readonly tokens: Readonly<Record<ViewerName, string | undefined>>;
  /** Of the merchant who has nothing to do with it. */
  readonly otherMerchantToken: string;
}

const WRITE = `mutation Write($input: WriteReviewInput!) {
  writeReview(input: $input) { ... on WriteReviewSuccess { review { id } } }
}`;

const MARK_READ = `mutation Read($id: ID!) {
  markNotificationRead(id: $id) { notification { readAt } }
}`;

/** Lets a customer buy and review a merchant's product, and order more of it than there is, and makes a token for everybody who asks for what came of it. */
export async function setAccessScene(graph: TestGraph): Promise<AccessScene> {
  const { customer, stranger, merchant, otherMerchant, admin } = await logInPeople(graph);
  const product = await publishProduct(graph, merchant);
  const { id: bought } = await placeGoodOrder(graph, customer, [line(product)]);
  await orderUntil(graph, customer, bought, 'CONFIRMED');
  const input = { productId: product.id, rating: 5, title: 'Good', body: 'Very good.' };
  const { token } = customer;
  const written = await graph.ask({ query: WRITE, variables: { input }, token });
  const { id: order } = await placeGoodOrder(graph, customer, [line(product, 50)]);
  await orderUntil(graph, customer, order, 'REJECTED');
  await untilEventsAreHandled(graph.config);
  await graph.test.waitForReplicas();
  const notified = await graph.ask({ query: '{ me { notifications(first: 1) { nodes { id } } } }', token });
  const { id: notification } = notified.data.me.notifications.nodes[0];
  await graph.ask({ query: MARK_READ, variables: { id: notification }, token });
  await graph.test.waitForReplicas();
  return {
    objects: {
      customer: customer.id,
      product: product.id,
      merchant: merchant.id,
      order,
      review: written.data.writeReview.review.id,
      notification,
    },
    people: { customer, 'other customer': stranger, merchant, admin },
    product,
    otherMerchantToken: await tokenOf(graph, { id: otherMerchant.id, role: 'MERCHANT' }),
    tokens: {
      anonymous: undefined,
      customer: await tokenOf(graph, { id: customer.id, role: 'CUSTOMER' }),
      'other customer': await tokenOf(graph, { id: stranger.id, role: 'CUSTOMER' }),
      merchant: await tokenOf(graph, { id: merchant.id, role: 'MERCHANT' }),
      admin: await tokenOf(graph, { id: admin.id, role: 'ADMIN' }),
      'token without scope': await tokenOf(graph, { id: customer.id, role: 'CUSTOMER' }, []),
    },
  };
}

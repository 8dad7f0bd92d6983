import type { AccessObjects } from './access-scene.ts';
import type { ViewerName } from './viewers.ts';

/** A protected field and who gets it. Whoever is in neither list passes the gateway, and is refused by the subgraph. */
export interface AccessRow {
  /** `Type.field` */
  readonly field: string;
  /** The field as it is selected. */
  readonly selection: string | ((objects: AccessObjects) => string);
  readonly allowed: readonly ViewerName[];
  /** Refused by the gateway. */
  readonly unauthorised: readonly ViewerName[];
}

type Access = Pick<AccessRow, 'allowed' | 'unauthorised'>;

/** Theirs, with the scope; administrators see everything. */
const OWN: Access = { allowed: ['customer', 'admin'], unauthorised: ['anonymous', 'token without scope'] };

const MERCHANTS: Access = {
  allowed: ['merchant', 'admin'],
  unauthorised: ['anonymous', 'customer', 'other customer', 'token without scope'],
};

const ADMINISTRATORS: Access = {
  allowed: ['admin'],
  unauthorised: ['anonymous', 'customer', 'other customer', 'merchant', 'token without scope'],
};

/** Whoever has an account and the scope, though what they ask for can be refused. */
const ACCOUNTS: Access = {
  allowed: ['customer', 'other customer', 'merchant', 'admin'],
  unauthorised: ['anonymous', 'token without scope'],
};

/** Whoever has an account: no scope is asked for. */
const LOGGED_IN: Access = {
  allowed: ['customer', 'other customer', 'merchant', 'admin', 'token without scope'],
  unauthorised: ['anonymous'],
};

const NO_ORDER = '"ord_0000000000001"';
const KEY = '"8a3c0a52-5c0e-4c6e-9d2c-6c8f0f6f2b11"';
const PRICE = '{ minorUnits: 1, currency: "EUR" }';

/** Every field of queries, and of what is reached from them, that the schema protects. */
export const queryRows: readonly AccessRow[] = [
  { field: 'Query.users', selection: 'users(first: 1) { nodes { id } }', ...ADMINISTRATORS },
  { field: 'Query.order', selection: ({ order }) => `order(id: "${order}") { id }`, ...OWN },
  {
    field: 'Query.notification',
    selection: ({ notification }) => `notification(id: "${notification}") { id }`,
    ...OWN,
  },
  { field: 'User.email', selection: 'email', ...OWN },
  { field: 'User.orders', selection: 'orders(first: 1) { nodes { id } }', ...OWN },
  { field: 'User.recentlyViewed', selection: 'recentlyViewed(first: 1) { id }', ...OWN, allowed: ['customer'] },
  { field: 'User.notifications', selection: 'notifications(first: 1) { nodes { id } }', ...OWN },
  { field: 'User.unreadNotificationCount', selection: 'unreadNotificationCount', ...OWN },
  { field: 'Order.status', selection: 'status', ...OWN },
  { field: 'Order.placedAt', selection: 'placedAt', ...OWN },
  { field: 'Order.updatedAt', selection: 'updatedAt', ...OWN },
  { field: 'Order.items', selection: 'items { __typename }', ...OWN },
  { field: 'Order.total', selection: 'total { minorUnits }', ...OWN },
  { field: 'Order.shippingCountry', selection: 'shippingCountry', ...OWN },
  { field: 'Order.buyer', selection: 'buyer { id }', ...OWN },
  { field: 'Order.rejection', selection: 'rejection { code }', ...OWN },
  { field: 'OrderItem.product', selection: 'product { id }', ...OWN },
  { field: 'OrderItem.quantity', selection: 'quantity', ...OWN },
  { field: 'OrderItem.unitPrice', selection: 'unitPrice { minorUnits }', ...OWN },
  { field: 'OrderItem.lineTotal', selection: 'lineTotal { minorUnits }', ...OWN },
  { field: 'Notification.kind', selection: 'kind', ...OWN },
  { field: 'Notification.createdAt', selection: 'createdAt', ...OWN },
  { field: 'Notification.readAt', selection: 'readAt', ...OWN },
  { field: 'Notification.subject', selection: 'subject { __typename }', ...OWN },
  { field: 'Stock.reserved', selection: 'reserved', ...MERCHANTS },
];

/** Every subscription that the schema protects. Everybody hears of what is theirs alone. */
export const subscriptionRows: readonly AccessRow[] = [
  { field: 'Subscription.orderStatusChanged', selection: 'orderStatusChanged { id }', ...ACCOUNTS },
  {
    field: 'Subscription.notificationReceived',
    selection: 'notificationReceived { subject { ... on Order { id } } }',
    ...ACCOUNTS,
  },
];

/** Every mutation that the schema protects, with something that it refuses or that changes nothing. */
export const mutationRows: readonly AccessRow[] = [
  { field: 'Mutation.logOut', selection: 'logOut { ended }', ...LOGGED_IN },
  { field: 'Mutation.logOutEverywhere', selection: 'logOutEverywhere { __typename }', ...LOGGED_IN },
  {
    field: 'Mutation.updateProfile',
    selection: 'updateProfile(input: { displayName: "" }) { user { id } }',
    ...ACCOUNTS,
  },
  {
    field: 'Mutation.publishProduct',
    selection: `publishProduct(input: {
      idempotencyKey: ${KEY}, title: "", description: "", price: ${PRICE}, weightGrams: 1, categoryId: "cat_0000000000001"
    }) { product { id } }`,
    ...MERCHANTS,
  },
  {
    field: 'Mutation.updateProduct',
    selection: ({ product }) => `updateProduct(input: { id: "${product}", title: "" }) { __typename }`,
    ...MERCHANTS,
  },
  {
    field: 'Mutation.adjustStock',
    selection: ({ product }) =>
      `adjustStock(input: { idempotencyKey: ${KEY}, productId: "${product}", delta: 0 }) { __typename }`,
    ...MERCHANTS,
  },
  {
    field: 'Mutation.placeOrder',
    selection: ({ product }) => `placeOrder(input: {
      idempotencyKey: ${KEY}, shippingCountry: "DE",
      lines: [{ productId: "${product}", quantity: 1, expectedUnitPrice: ${PRICE} }]
    }) { __typename }`,
    ...ACCOUNTS,
  },
  { field: 'Mutation.cancelOrder', selection: `cancelOrder(id: ${NO_ORDER}) { __typename }`, ...ACCOUNTS },
  {
    field: 'Mutation.writeReview',
    selection: ({ product }) =>
      `writeReview(input: { productId: "${product}", rating: 6, title: "", body: "" }) { __typename }`,
    ...ACCOUNTS,
  },
  {
    field: 'Mutation.markNotificationRead',
    selection: 'markNotificationRead(id: "ntf_0000000000001") { notification { id } }',
    ...ACCOUNTS,
  },
];

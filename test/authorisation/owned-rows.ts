import { randomUUID } from 'node:crypto';
import type { AccessObjects } from './access-scene.ts';
import type { AccountHolderName } from './viewers.ts';

/** Who is asked about an owner's objects: those who pass the gateway. */
export type OwnershipViewer = AccountHolderName | 'other merchant';

/** A mutation or field that asks for more than a scope: the object has to be one's own. */
export interface OwnedRow {
  /** `Type.field` */
  readonly field: string;
  readonly document: (objects: AccessObjects) => string;
  /** What each gets to hear: the `__typename` of the result, or the code of the error. */
  readonly outcomes: Readonly<Partial<Record<OwnershipViewer, string>>>;
}

const NOT_THEIRS = { 'other customer': 'NOT_FOUND', merchant: 'NOT_FOUND', admin: 'NOT_FOUND' };

/** Every mutation of an object that somebody owns, and what the gateway lets all merchants ask for. */
export const ownedRows: readonly OwnedRow[] = [
  {
    field: 'Mutation.cancelOrder',
    document: ({ order }) => `mutation { result: cancelOrder(id: "${order}") { __typename } }`,
    outcomes: { ...NOT_THEIRS, customer: 'OrderNotCancellable' },
  },
  {
    field: 'Mutation.markNotificationRead',
    document: ({ notification }) => `mutation { result: markNotificationRead(id: "${notification}") { __typename } }`,
    outcomes: { ...NOT_THEIRS, customer: 'MarkNotificationReadPayload' },
  },
  {
    field: 'Mutation.updateProduct',
    document: ({ product }) =>
      `mutation { result: updateProduct(input: { id: "${product}", weightGrams: 81 }) { __typename } }`,
    outcomes: { merchant: 'UpdateProductSuccess', 'other merchant': 'FORBIDDEN', admin: 'UpdateProductSuccess' },
  },
  {
    field: 'Mutation.adjustStock',
    document: ({ product }) => `mutation {
      result: adjustStock(input: { idempotencyKey: "${randomUUID()}", productId: "${product}", delta: 1 }) { __typename }
    }`,
    outcomes: { merchant: 'AdjustStockSuccess', 'other merchant': 'FORBIDDEN', admin: 'AdjustStockSuccess' },
  },
  {
    field: 'Stock.reserved',
    document: ({ product }) => `{ result: product(id: "${product}") { __typename stock { reserved } } }`,
    outcomes: { merchant: 'Product', 'other merchant': 'FORBIDDEN', admin: 'Product' },
  },
];

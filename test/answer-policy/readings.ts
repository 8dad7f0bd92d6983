import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer, ViewerRole } from '@tributary/runtime/viewer/viewer';
import { scopesByRole } from '@tributary/subgraph-accounts/role-scopes';
import type { Reading } from './tagged-answer.ts';

/** What the readings are about, by ids. */
export interface ReadObjects {
  /** The merchant's, in the category; the customer buys and reviews it. */
  readonly product: string;
  /** Of another merchant. */
  readonly otherProduct: string;
  readonly category: string;
  readonly otherCategory: string;
  readonly parentCategory: string;
  readonly merchant: string;
  readonly customer: string;
  /** By the customer, of another product of the merchant. */
  readonly review: string;
  /** Cursors, after some products of all and of the category. */
  readonly afterProducts: string;
  readonly afterProductsOfCategory: string;
}

const PRODUCT = `id title description price { minorUnits currency } weightGrams status version publishedAt updatedAt
  category { id name slug parent { id } } merchant { id }`;
const PRODUCTS = 'edges { cursor } nodes { id title } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/**
 * Everything that subgraphs let a gateway keep, in every form in which it can be asked for. Views of a product are left out: they
 * are written behind and drop nothing, and the age in their hint is how far they may lag.
 */
export function readingsOf(objects: ReadObjects): readonly Reading[] {
  return [
    ...readingsOfCatalog(objects),
    ...readingsOfInventory(objects),
    ...readingsOfReviews(objects),
    ...readingsOfAccounts(objects),
  ];
}

/** A viewer as a gateway vouches for them. */
export function viewerOf(userId: string, role: ViewerRole): Viewer {
  return { userId, role, sessionId: encodeId('session', 1n), scopes: scopesByRole[role] };
}

function readingsOfCatalog(objects: ReadObjects): readonly Reading[] {
  const { product, otherProduct, category, otherCategory, parentCategory, merchant } = objects;
  const lists = [
    '',
    `(after: "${objects.afterProducts}", first: 5)`,
    '(sort: PRICE_ASC)',
    '(sort: PRICE_DESC, first: 3)',
    `(filter: { categoryId: "${category}" })`,
    `(filter: { categoryId: "${otherCategory}" })`,
    `(filter: { merchantId: "${merchant}" })`,
    '(filter: { text: "egg" })',
    '(filter: { text: "spoon" })',
    '(filter: { minPriceMinorUnits: 1000, maxPriceMinorUnits: 2000 })',
  ].map((args) => `products${args} { ${PRODUCTS} }`);
  const trees = [category, otherCategory, parentCategory].flatMap((id) => [
    `category(id: "${id}") { id name slug parent { name } children { name } }`,
    `category(id: "${id}") { products { ${PRODUCTS} } }`,
    `category(id: "${id}") { products(sort: PRICE_ASC, first: 5) { nodes { id price { minorUnits } } } }`,
    `category(id: "${id}") { products { edges { cursor } } }`,
  ]);
  const queries = [
    `category(id: "${category}") { products(after: "${objects.afterProductsOfCategory}") { ${PRODUCTS} } }`,
    `product(id: "${product}") { ${PRODUCT} }`,
    `product(id: "${otherProduct}") { ${PRODUCT} }`,
    ...lists,
    ...trees,
    'categories { name children { name products(first: 2) { nodes { title } } } }',
    'search(text: "egg") { __typename ... on Product { id title } ... on Category { id name } }',
    'search(text: "spoon") { ... on Product { id } }',
  ];
  return [
    ...queries.map((query) => ({ name: query, subgraph: 'catalog', query: `{ ${query} }` })),
    reference('catalog', 'Product', product, PRODUCT),
    reference('catalog', 'Category', category, `products { ${PRODUCTS} }`),
    reference('catalog', 'User', merchant, `products { ${PRODUCTS} }`),
    reference('catalog', 'User', merchant, 'products(first: 1) { nodes { id } }'),
  ];
}

function readingsOfInventory({ product, otherProduct }: ReadObjects): readonly Reading[] {
  return [product, otherProduct].map((id) => reference('inventory', 'Product', id, 'stock { available isInStock }'));
}

function readingsOfReviews({ product, otherProduct, customer, review }: ReadObjects): readonly Reading[] {
  const shown = 'id rating title body writtenAt author { id joinedAt } product { id }';
  return [
    { name: 'review', subgraph: 'reviews', query: `{ review(id: "${review}") { ${shown} } }` },
    reference('reviews', 'Review', review, shown),
    reference('reviews', 'Product', product, `reviews { nodes { ${shown} } pageInfo { endCursor hasNextPage } }`),
    reference('reviews', 'Product', product, 'reviews(first: 1) { edges { cursor } }'),
    reference('reviews', 'Product', product, 'rating { count average }'),
    reference('reviews', 'Product', otherProduct, 'rating { count average } reviews { nodes { id } }'),
    reference('reviews', 'User', customer, `reviews { nodes { ${shown} } }`),
  ];
}

function readingsOfAccounts({ customer, merchant }: ReadObjects): readonly Reading[] {
  const shown = 'id displayName bio avatarUrl joinedAt role';
  const viewer = viewerOf(customer, 'CUSTOMER');
  return [
    { name: 'me', subgraph: 'accounts', query: `{ me { ${shown} } }`, viewer },
    ...[customer, merchant].flatMap((id) => [
      { name: `user ${id}`, subgraph: 'accounts', query: `{ user(id: "${id}") { ${shown} } }` },
      { name: `node ${id}`, subgraph: 'accounts', query: `{ node(id: "${id}") { id ... on User { ${shown} } } }` },
      reference('accounts', 'User', id, shown),
    ]),
  ];
}

function reference(subgraph: string, type: string, id: string, selection: string): Reading {
  return {
    name: `${type} ${id} { ${selection} }`,
    subgraph,
    query: `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`,
    variables: { of: [{ __typename: type, id }] },
  };
}

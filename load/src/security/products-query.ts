/** The bench's light query, asked of the real catalog: the whole body of the POST. */
export const productsQuery = JSON.stringify({
  operationName: 'Products',
  query: `query Products($first: Int!) {
    products(first: $first) { nodes { id title price { minorUnits currency } weightGrams } }
  }`,
  variables: { first: 20 },
});

/** What of it takes which scope where security is on; `createTokens` grants them. */
export const guardedFields = {
  'Query.products': 'products:read',
  'Product.title': 'products:read',
  'Product.price': 'prices:read',
} as const;

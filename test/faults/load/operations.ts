import { randomUUID } from 'node:crypto';
import type { Market, Viewer } from './market.ts';
import type { Need, Operation, Part } from './operation.ts';

/** What is asked for in a run: by its parts every subgraph, reads of replicas, writes to each database, and what is kept. */
export function operationsOf(market: Market): Operation[] {
  return [
    productPage(market),
    hotProduct(market),
    productList(),
    account('account', market.onShard0),
    account('account on shard_1', market.onShard1),
    placeOrder('order', market, market.onShard0, ['shard-primary']),
    placeOrder('order on shard_1', market, market.onShard1, []),
    updateProfile('profile', market.onShard0, ['shard-primary']),
    updateProfile('profile on shard_1', market.onShard1, []),
    updateProduct(market),
    adjustStock(market),
  ];
}

/** The page of another product with another number of reviews each time, so that nobody has the whole answer at hand. */
function productPage({ wares }: Market): Operation {
  const query = `query ProductPage($id: ID!, $reviews: Int!) {
    product(id: $id) {
      title
      merchant { displayName }
      stock { available }
      rating { average }
      reviews(first: $reviews) { nodes { title author { displayName } } }
    }
  }`;
  return {
    name: 'product page',
    query,
    parts: [
      part('product', 'product.title', ['catalog']),
      part('merchant', 'product.merchant.displayName', ['catalog', 'accounts']),
      part('stock', 'product.stock.available', ['catalog', 'inventory']),
      part('rating', 'product.rating.average', ['catalog', 'reviews']),
      part('reviews', 'product.reviews.nodes.title', ['catalog', 'reviews']),
      part('authors', 'product.reviews.nodes.author.displayName', ['catalog', 'reviews', 'accounts']),
    ],
    variables: (index) => ({
      id: wares[index % wares.length]?.id,
      reviews: 1 + (Math.floor(index / wares.length) % 100),
    }),
  };
}

/** The same answer for everybody, kept for five seconds by its stock, and beyond them while it cannot be had anew. */
function hotProduct({ hotWare }: Market): Operation {
  return {
    name: 'hot product',
    query: 'query HotProduct($id: ID!) { product(id: $id) { title stock { isInStock } rating { average } } }',
    parts: [
      part('product', 'product.title', []),
      part('stock', 'product.stock.isInStock', []),
      part('rating', 'product.rating.average', []),
    ],
    variables: () => ({ id: hotWare.id }),
  };
}

/** Filtered otherwise each time, so that databases are asked. */
function productList(): Operation {
  return {
    name: 'product list',
    query:
      'query ProductList($above: SafeInt!) { products(first: 5, filter: { minPriceMinorUnits: $above }) { nodes { title } } }',
    parts: [part('products', 'products.nodes.title', ['catalog'])],
    variables: (index) => ({ above: 1 + (index % 400) }),
  };
}

function account(name: string, { token }: Viewer): Operation {
  const query = `query Account {
    me {
      displayName
      orders(first: 2) { nodes { status items { product { title } } } }
      reviews(first: 2) { nodes { title } }
      unreadNotificationCount
    }
  }`;
  return {
    name,
    query,
    token,
    parts: [
      part('profile', 'me.displayName', ['accounts']),
      part('orders', 'me.orders.nodes.status', ['accounts', 'orders']),
      part('ordered products', 'me.orders.nodes.items.product.title', ['accounts', 'orders', 'catalog']),
      part('reviews', 'me.reviews.nodes.title', ['accounts', 'reviews']),
      part('unread', 'me.unreadNotificationCount', ['accounts', 'notifications']),
    ],
    variables: () => ({}),
  };
}

function placeOrder(name: string, { wares }: Market, { token }: Viewer, needs: readonly Need[]): Operation {
  return {
    name,
    query: `mutation PlaceOrder($input: PlaceOrderInput!) {
      placeOrder(input: $input) { ... on PlaceOrderSuccess { order { id } } }
    }`,
    token,
    parts: [part('placed', 'placeOrder.order.id', ['orders', 'catalog-primary', ...needs])],
    variables: (index) => {
      const ware = wares[index % wares.length];
      const expectedUnitPrice = { minorUnits: ware?.priceMinor, currency: 'EUR' };
      const lines = [{ productId: ware?.id, quantity: 1, expectedUnitPrice }];
      return { input: { idempotencyKey: randomUUID(), lines, shippingCountry: 'DE' } };
    },
  };
}

function updateProfile(name: string, { token }: Viewer, needs: readonly Need[]): Operation {
  return {
    name,
    query: 'mutation UpdateProfile($input: UpdateProfileInput!) { updateProfile(input: $input) { user { bio } } }',
    token,
    parts: [part('changed', 'updateProfile.user.bio', ['accounts', ...needs])],
    variables: (index) => ({ input: { bio: `Has written this ${index} times.` } }),
  };
}

function updateProduct({ ownWare, merchant }: Market): Operation {
  return {
    name: 'product change',
    query: `mutation UpdateProduct($input: UpdateProductInput!) {
      updateProduct(input: $input) { ... on UpdateProductSuccess { product { description } } }
    }`,
    token: merchant.token,
    parts: [part('changed', 'updateProduct.product.description', ['catalog', 'catalog-primary'])],
    variables: (index) => ({ input: { id: ownWare.id, description: `Better than the ${index} before it.` } }),
  };
}

function adjustStock({ ownWare, merchant }: Market): Operation {
  return {
    name: 'stock change',
    query: `mutation AdjustStock($input: AdjustStockInput!) {
      adjustStock(input: $input) { ... on AdjustStockSuccess { product { id } } }
    }`,
    token: merchant.token,
    parts: [part('changed', 'adjustStock.product.id', ['inventory', 'catalog-primary'])],
    variables: () => ({ input: { idempotencyKey: randomUUID(), productId: ownWare.id, delta: 1 } }),
  };
}

function part(name: string, path: string, needs: readonly Need[]): Part {
  return { name, path: path.split('.'), needs };
}

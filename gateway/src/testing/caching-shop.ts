import type { GatewayOptions } from '../gateway-options.ts';
import { replyAsProducts, replyAsReviews, type ShopGateway, startShopGateway } from './shop-gateway.ts';
import type { StubReply, StubRequest } from './stub-subgraph.ts';

/** What the products subgraph of a caching shop says of its answers. */
export const PRODUCT_TAGS = ['product:1', 'product:2', 'products'];

/** A reply that may be kept. */
export function keepable(reply: StubReply, cacheControl: string | undefined, tags?: unknown): StubReply {
  if (typeof reply === 'string' || typeof reply.body === 'string') return reply;
  return {
    ...reply,
    ...(cacheControl !== undefined && { headers: { 'cache-control': cacheControl } }),
    body: { ...reply.body, ...(tags !== undefined && { extensions: { apolloCacheTags: tags } }) },
  };
}

/**
 * A shop whose gateway keeps answers in its own memory, and whose products may be kept for a minute and reviews for half of one.
 * @param schemas as for `startShopGateway`
 */
export async function startCachingShop(
  options: Partial<GatewayOptions> = {},
  schemas?: Parameters<typeof startShopGateway>[1],
): Promise<ShopGateway> {
  const caching = {
    cache: { url: undefined, coordinationUrl: undefined, localLimitBytes: 16 * 1024 * 1024 },
    answerCache: { staleMs: 0, staleIfErrorMs: 0 },
  };
  const shop = await startShopGateway({ ...caching, ...options }, schemas);
  shop.products.reply = (request: StubRequest) =>
    keepable(replyAsProducts(request), 'max-age=60, public', PRODUCT_TAGS);
  shop.reviews.reply = (request: StubRequest) =>
    keepable(replyAsReviews(request), 'max-age=30, public', ['product:1:reviews']);
  return shop;
}

/** How many requests both subgraphs have got. */
export function fetchesOf({ products, reviews }: ShopGateway): number {
  return products.requests.length + reviews.requests.length;
}

import { ask } from '../ask.ts';
import { logIn } from '../log-in.ts';
import type { Market } from './marketplace-traffic.ts';

/**
 * All products of a stack, and a token of its administrator.
 * @param url a gateway's, without a path
 * @throws Error with the gateway's answer when it has none
 */
export async function findMarket(url: string): Promise<Market> {
  const products: string[] = [];
  let after: string | null = null;
  do {
    const page: ProductPage = await ask(
      url,
      `query($after: String) { products(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    products.push(...page.products.nodes.map(({ id }) => id));
    after = page.products.pageInfo.hasNextPage ? page.products.pageInfo.endCursor : null;
  } while (after !== null);
  return { products, writerToken: await logIn(url, 'admin') };
}

interface ProductPage {
  readonly products: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

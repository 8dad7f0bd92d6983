import { hash } from 'node:crypto';
import type { GatewayOptions } from '@tributary/gateway/gateway-options';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import type { TestRedis } from '../cache/redis-server.ts';

/** What the gateway is asked, and what it answers. */
export interface Reply {
  readonly status: number;
  readonly body: { data?: unknown; errors?: { message: string; extensions: { code: string } }[] };
}

/** Starts a gateway of the small shop that shares a Redis with others. */
export function startSharingGateway(
  { url }: Pick<TestRedis, 'url'>,
  options: Partial<GatewayOptions> = {},
): Promise<ShopGateway> {
  return startShopGateway({ cache: { url, coordinationUrl: undefined, localLimitBytes: 1_000_000 }, ...options });
}

export const sha256 = (text: string): string => hash('sha256', text);

export const extensionsFor = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

/** Sends a request as JSON. */
export async function post(gateway: ShopGateway, body: object, headers: Record<string, string> = {}): Promise<Reply> {
  return read(await gateway.post(body, headers));
}

/** Sends a request by GET. */
export async function get(
  gateway: ShopGateway,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return read(await fetch(`${gateway.url}/graphql?${new URLSearchParams(parameters)}`, { headers }));
}

/** The code of a reply that is a refusal. */
export function codeOf({ body }: Reply): string | undefined {
  return body.errors?.[0]?.extensions.code;
}

async function read(response: Response): Promise<Reply> {
  return { status: response.status, body: JSON.parse(await response.text()) };
}

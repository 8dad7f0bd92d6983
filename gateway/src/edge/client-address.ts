import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** Addresses and networks in CIDR form, of proxies whose `X-Forwarded-For` is believed. */
export const proxyListSchema = z.array(
  z.string().refine((text) => parseNetwork(text) !== undefined, 'expected addresses or networks such as 10.0.0.0/8'),
);

/** Tells the address of the client of a request, as far as it can be known. */
export type ClientAddress = (remoteAddress: string | undefined, forwardedFor: string | undefined) => string | undefined;

/**
 * The address of whoever opened the connection or, behind proxies of ours, the last one of `X-Forwarded-For` that none of them
 * has: what stands further left was written by a client, who writes what it likes.
 * @param trustedProxies as `proxyListSchema` takes them
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (remoteAddress) => remoteAddress && plainAddress(remoteAddress);
  const proxies = new BlockList();
  for (const { address, prefix, family } of trustedProxies
    .map(parseNetwork)
    .filter((network) => network !== undefined)) {
    proxies.addSubnet(address, prefix, family);
  }

  return (remoteAddress, forwardedFor = '') => {
    let address = remoteAddress && plainAddress(remoteAddress);
    const hops = forwardedFor.split(',').map((hop) => plainAddress(withoutPort(hop.trim())));
    while (address !== undefined && isTrusted(address)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  };

  function isTrusted(address: string): boolean {
    return proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

function parseNetwork(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  const isPrefix = /^\d{1,3}$/.test(prefixText ?? '0') && prefix <= bits;
  return isPrefix ? { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined;
}

/** Some proxies write `203.0.113.9:4711` and `[2001:db8::1]:4711`, as RFC 7239 has them. */
function withoutPort(hop: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(hop) ?? [];
  return bracketed ?? hop.replace(/^([\d.]+):\d{1,5}$/, '$1');
}

/** A socket that listens for both versions writes IPv4 addresses as `::ffff:192.0.2.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

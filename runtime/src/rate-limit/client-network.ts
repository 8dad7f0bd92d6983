import { isIP } from 'node:net';

const GROUPS_OF_NETWORK = 4;
const GROUPS = 8;

/**
 * The smallest network that one client has for itself: an IPv4 address, or the /64 of an IPv6 address, of which anybody who has one
 * has 2^64. Other texts stay as they are.
 */
export function clientNetwork(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    // An IPv4 address at the end stands for two groups; what it is does not matter here.
    const written = groups.length + last.length + (tail.includes('.') ? 1 : 0);
    groups.push(...Array.from({ length: GROUPS - written }, () => '0'), ...last);
  }
  const network = groups.slice(0, GROUPS_OF_NETWORK).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}

import { expect, it } from '@jest/globals';
import { clientNetwork } from './client-network.ts';

it.each([
  ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
  ['the /64 of an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['the same one, however it is written', '2001:0DB8:0001:2::ffff', '2001:db8:1:2::/64'],
  ['zeros that are not written', '2001:db8::1', '2001:db8:0:0::/64'],
  ['zeros at the end', '2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['zeros at the beginning', '::1', '0:0:0:0::/64'],
  ['an address with IPv4 at its end', '64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['an address of a link', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['what is no address', 'unknown', 'unknown'],
])('the network of one client is that of %s', (_, address, network) => {
  expect(clientNetwork(address)).toBe(network);
});

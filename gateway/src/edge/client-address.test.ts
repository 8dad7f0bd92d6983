import { describe, expect, it } from '@jest/globals';
import { createClientAddress, proxyListSchema } from './client-address.ts';

const addressOf = createClientAddress(['10.0.0.0/8', '2001:db8::/32', '127.0.0.1']);

describe('the address of a client', () => {
  it.each([
    ['that of the connection without proxies', undefined, '192.0.2.7', '192.0.2.7'],
    ['that of the connection when it is no proxy of ours, whatever it claims', '203.0.113.9', '192.0.2.7', '192.0.2.7'],
    ['what our proxy saw', '203.0.113.9', '10.1.2.3', '203.0.113.9'],
    ['what the first of our proxies saw', '203.0.113.9, 10.9.9.9, 2001:db8::1', '127.0.0.1', '203.0.113.9'],
    ['not what a client wrote to the left of it', '198.51.100.1, 203.0.113.9', '10.1.2.3', '203.0.113.9'],
    ['our proxy when it says nothing', undefined, '10.1.2.3', '10.1.2.3'],
    ['our proxy when it says nonsense', 'unknown', '10.1.2.3', '10.1.2.3'],
    ['an IPv4 address however the socket writes it', '203.0.113.9', '::ffff:10.1.2.3', '203.0.113.9'],
    ['an IPv6 address', '2001:db9::5', '10.1.2.3', '2001:db9::5'],
    ['an IPv4 address without its port', '203.0.113.9:4711', '10.1.2.3', '203.0.113.9'],
    ['an IPv6 address without its port', '[2001:db9::5]:443, [2001:db8::1]', '10.1.2.3', '2001:db9::5'],
    ['not known without a connection', undefined, undefined, undefined],
  ])('is %s', (_what, forwardedFor, remoteAddress, expected) => {
    expect(addressOf(remoteAddress, forwardedFor)).toBe(expected);
  });

  it('is that of the connection where no proxy is trusted', () => {
    expect(createClientAddress([])('::ffff:10.1.2.3', '203.0.113.9')).toBe('10.1.2.3');
  });
});

describe('the list of proxies', () => {
  it.each(['10.0.0.0/33', '10.0.0/8', '::/129', 'proxy.example', '10.0.0.0/8/9', '10.0.0.0/'])('refuses %s', (text) => {
    expect(proxyListSchema.safeParse([text]).success).toBe(false);
  });
});

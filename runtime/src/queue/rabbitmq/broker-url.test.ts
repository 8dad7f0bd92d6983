import { describe, expect, it } from '@jest/globals';
import { brokerAddress } from './broker-url.ts';

describe('the URL of a broker', () => {
  it('names nodes, who is asking, and the virtual host', () => {
    expect(brokerAddress('amqps://shop:p%40ss@one:1,other/trade%2Fx')).toEqual({
      hosts: ['one:1', 'other:5671'],
      username: 'shop',
      password: 'p@ss',
      vhost: 'trade/x',
      tls: true,
    });
  });

  it('may name a node alone', () => {
    const guest = { username: 'guest', password: 'guest', vhost: '/', tls: false };
    expect(brokerAddress('amqp://one')).toEqual({ hosts: ['one:5672'], ...guest });
    expect(brokerAddress('amqp://one:1/')).toEqual({ hosts: ['one:1'], ...guest });
  });

  it.each([
    '',
    'one:5672',
    'redis://one',
    'amqp://',
    'amqp://one,',
    'amqp://one:port',
    'amqp://user@',
    'toString://one',
  ])('is not %s', (url) => {
    expect(brokerAddress(url)).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { schemeOf, serverUrlsOf } from './cache-url.ts';

describe('the URL of a cache', () => {
  it('has a scheme, or is none', () => {
    expect(['redis+cluster://a:1,b:2', 'memcached://a', 'a:1', 'redis://'].map(schemeOf)).toEqual([
      'redis+cluster',
      'memcached',
      '',
      '',
    ]);
  });

  it('names several servers that share user, password and path', () => {
    expect(serverUrlsOf('redis+cluster://user:p%40ss@a:1,[::1]:2,c/0', 'redis')).toEqual([
      'redis://user:p%40ss@a:1/0',
      'redis://user:p%40ss@[::1]:2/0',
      'redis://user:p%40ss@c/0',
    ]);
  });
});

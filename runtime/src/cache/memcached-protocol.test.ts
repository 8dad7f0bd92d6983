import { describe, expect, it } from '@jest/globals';
import { memcachedKey, parseReply, setCommand } from './memcached-protocol.ts';

const received = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('the protocol of memcached', () => {
  it('has one line for most replies, and begins the next one where that ends', () => {
    expect(parseReply(received('STORED\r\nDELETED\r\n'))).toEqual({ reply: 'STORED', end: 8 });
  });

  it('has values of any bytes, line breaks and END included', () => {
    const text = 'VALUE a 0 7\r\nx\r\nEND\n\r\nVALUE b 0 0\r\n\r\nEND\r\n';
    const parsed = parseReply(received(text));
    expect(parsed).toEqual({
      reply: new Map([
        ['a', received('x\r\nEND\n').subarray(0, 7)],
        ['b', received('')],
      ]),
      end: text.length,
    });
  });

  it('waits for the rest, wherever a reply is cut', () => {
    const text = 'VALUE a 0 3\r\nabc\r\nEND\r\n';
    for (let length = 0; length < text.length; length++)
      expect(parseReply(received(text.slice(0, length)))).toBeUndefined();
  });

  it('refuses a value without a length', () => {
    expect(() => parseReply(received('VALUE a 0 many\r\n'))).toThrow('no value');
  });

  it('takes keys as they are where the server does, and by their hash where it does not', () => {
    expect(memcachedKey('tributary:value:product:1')).toBe('tributary:value:product:1');
    const others = ['with space', 'ü', 'x'.repeat(251), 'line\r\nbreak'].map(memcachedKey);
    expect(new Set(others).size).toBe(4);
    for (const key of others) expect(key).toMatch(/^[\x21-\x7e]{1,250}$/);
  });

  it('says a long time to live as a date', () => {
    expect(setCommand('a', received('x'), 1, 0).toString()).toBe('set a 0 1 1\r\nx\r\n');
    const yearMs = 365 * 24 * 3_600_000;
    expect(setCommand('a', received('x'), yearMs, 1_000).toString()).toBe(`set a 0 ${yearMs / 1_000 + 1} 1\r\nx\r\n`);
  });
});

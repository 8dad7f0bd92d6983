import { describe, expect, it } from '@jest/globals';
import { AnswerReader } from './answer-reader.ts';

const withLength = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const chunked =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nEtag: 1\r\n\r\n';

describe('an HTTP answer is read to its end', () => {
  it.each([
    ['with a length', withLength, 5],
    ['in chunks', chunked, 21],
    ['without a body', 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n', 0],
  ])('%s, wherever the network cuts it', (_case, text, bodyBytes) => {
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const reader = new AnswerReader();
      expect(reader.push(bytes.subarray(0, cut))).toBeUndefined();
      expect(reader.push(bytes.subarray(cut))).toEqual({ status: Number(text.slice(9, 12)), bodyBytes });
    }
  });

  it('one after the other on one connection', () => {
    const reader = new AnswerReader();
    expect(reader.push(Buffer.from(chunked))).toEqual({ status: 200, bodyBytes: 21 });
    expect(reader.push(Buffer.from(withLength.replace('200', '503')))).toEqual({ status: 503, bodyBytes: 5 });
  });
});

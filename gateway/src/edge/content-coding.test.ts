import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { contentCodingFor } from './content-coding.ts';

describe('contentCodingFor', () => {
  it.each<[string, string | undefined]>([
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0.8, gzip;q=0.8', 'br'],
    ['zstd;q=0, br;q=0, gzip;q=0.1', 'gzip'],
    ['*', 'zstd'],
    ['*;q=0.5, gzip', 'gzip'],
    ['zstd;q=0, *;q=0.5', 'br'],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0, gzip;q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['*;q=0', undefined],
    ['gzip;q=nonsense', undefined],
    ['deflate, compress', undefined],
    ['identity', undefined],
    ['', undefined],
  ])('for "%s" is %s', (header, name) => {
    expect(contentCodingFor(header)?.name).toBe(name);
  });

  it('is none for a client that does not say what it takes', () => {
    expect(contentCodingFor(undefined)).toBeUndefined();
  });

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ])('%s gives back every character, on this thread and aside', async (name, decompress) => {
    const text = JSON.stringify({ names: Array.from({ length: 500 }, (_, i) => `Übung № ${i} 🧡`) });
    const coding = contentCodingFor(name);
    const compressed = [coding?.compress(text), coding?.compress(Buffer.from(text)), await coding?.compressAside(text)];
    for (const bytes of compressed) {
      expect(bytes?.length).toBeLessThan(text.length / 2);
      expect(decompress(bytes ?? Buffer.alloc(0)).toString()).toBe(text);
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import type { ContenderTarget } from './contenders/contender.ts';
import { gateways } from './contenders/gateways.ts';
import { sections } from './sections.ts';

describe('every section of the bench', () => {
  it.each(sections)('compares with one of its own, beside the bare server: $title', ({ contenders, yardstickId }) => {
    const ids = contenders.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['bare', yardstickId]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the contender without what another one does besides', () => {
    const isCompared = sections.flatMap(({ contenders }) =>
      contenders.flatMap(({ withoutId }) =>
        withoutId === undefined ? [] : [contenders.some(({ id }) => id === withoutId)],
      ),
    );
    expect(isCompared).toEqual([true]);
  });

  it('has a gateway with security and one without that differ in nothing else', () => {
    const target: ContenderTarget = {
      port: 1,
      supergraphFile: 's',
      securedSupergraphFile: 's',
      urls: {},
      revocationsUrl: 'r',
      answersFile: 'a',
      rowsFile: 'r',
      tokenKeyFile: 't',
    };
    const environments = ['tributary-secured', 'tributary'].map(
      (wanted) => gateways.find(({ id }) => id === wanted)?.environment?.(target) ?? {},
    );
    const [secured = {}, plain = {}] = environments;
    const more = Object.keys(secured).filter((name) => secured[name] !== plain[name]);

    expect(secured).toMatchObject(plain);
    expect(more.filter((name) => !/^TRIBUTARY_(JWT|REVOCATIONS|GATEWAY_KEYS|HTTPS)/.test(name))).toEqual([]);
  });

  it('has queries that no other section has, as results are kept by their names', () => {
    const ids = sections.flatMap(({ queries }) => queries.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

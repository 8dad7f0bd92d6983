import { describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { withoutUnresolvableKeys } from './unresolvable-keys.ts';

const supergraph = (directives: string) => parse(`type Part ${directives} { id: ID! serial: ID! }`);

describe('the supergraph that is planned over', () => {
  it('has no key that a subgraph does not resolve where the subgraph resolves another', () => {
    const kept = '@join__type(graph: A, key: "id") @join__type(graph: B, key: "id", resolvable: true)';
    const composed = supergraph(`@join__type(graph: A, key: "serial", resolvable: false) ${kept}`);

    expect(print(withoutUnresolvableKeys(composed))).toBe(print(supergraph(kept)));
  });

  it.each([
    ['no subgraph has more than one key', '@join__type(graph: A, key: "id", resolvable: false) @join__type(graph: B)'],
    [
      'only another subgraph resolves one',
      '@join__type(graph: A, key: "id", resolvable: false) @join__type(graph: B, key: "id")',
    ],
    ['all are resolved', '@join__type(graph: A, key: "id") @join__type(graph: A, key: "serial")'],
  ])('is the one that was composed where %s', (_case, directives) => {
    const composed = supergraph(directives);

    expect(withoutUnresolvableKeys(composed)).toBe(composed);
  });
});

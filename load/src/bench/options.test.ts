import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.ts';

function parse(...args: string[]) {
  return parseOptions(['node', 'bench', ...args]);
}

describe('the options of the bench', () => {
  it('measure all for three rounds by default', () => {
    expect(parse()).toMatchObject({
      rounds: 3,
      seconds: 5,
      distinctOperations: 0,
      out: expect.stringMatching(/load\/results$/),
    });
    expect(parse().only).toContain('hive-router-sharing');
  });

  it('of the short cut need no other gateway and keep the results that are committed', () => {
    expect(parse('--quick')).toMatchObject({
      only: ['bare', 'tributary', 'tributary-secured', 'tributary-answers', 'standalone', 'subgraph'],
      rounds: 1,
      out: expect.stringMatching(/\.tributary\/bench$/),
    });
  });

  it('win over the short cut', () => {
    expect(parse('--quick', '--only', 'stock')).toMatchObject({ only: ['stock'], rounds: 1 });
  });
});

/** Keys in Redis that have no time to live, and why: all others have one. */
const LASTING: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  {
    pattern: /^(\{tags-\d+\}:)?version$/,
    reason: 'the clock of versions: were it forgotten, every fill under way would be thrown away; one a bucket of tags',
  },
  {
    pattern: /^operations$/,
    reason: 'the operations that operators published for clients: they last until they are taken back',
  },
  {
    pattern: /^schemas$/,
    reason: 'the versions of the supergraph that operators published: the fifty newest last',
  },
];

/** @param name of a key, without the prefix of all caches */
export function reasonToLast(name: string): string | undefined {
  return LASTING.find(({ pattern }) => pattern.test(name))?.reason;
}

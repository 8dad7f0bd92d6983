import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { readProtectedSupergraph } from './protected-supergraph.ts';

const LINK = '@link(url: "https://specs.apollo.dev/link/v1.0")';
const SPECIFICATIONS = 'https://specs.apollo.dev';

function supergraph(links: string, body: string): string {
  return `schema ${LINK} ${links} { query: Query } directive @link(url: String, as: String, import: [String]) repeatable on SCHEMA ${body}`;
}

/** What `Query.a` asks for. */
function requirementsOf(links: string, body: string) {
  const { rules } = readProtectedSupergraph(supergraph(links, body));
  return rules?.fields.get('Query.a')?.map((index) => rules.requirements[index]) ?? [];
}

describe('a supergraph', () => {
  it.each([
    ['under its own name', `@link(url: "${SPECIFICATIONS}/authenticated/v0.1", for: SECURITY)`, '@authenticated'],
    ['imported', `@link(url: "${SPECIFICATIONS}/authenticated/v0.1", import: ["@authenticated"])`, '@authenticated'],
    [
      'imported under another name',
      `@link(url: "${SPECIFICATIONS}/authenticated/v0.1", import: [{ name: "@authenticated", as: "@known" }])`,
      '@known',
    ],
    ['linked under another name', `@link(url: "${SPECIFICATIONS}/authenticated/v0.1/", as: "login")`, '@login'],
  ])('has a directive %s', (_case, link, directive) => {
    expect(requirementsOf(link, `type Query { a: Int ${directive} }`)).toEqual([{ kind: 'authenticated' }]);
  });

  it('keeps directives of the same names that it does not link', () => {
    const sdl = supergraph('', 'directive @authenticated on FIELD_DEFINITION type Query { a: Int @authenticated }');

    expect(readProtectedSupergraph(sdl)).toMatchObject({ sdl, rules: undefined });
  });

  it('loses the directives, their definitions, their scalars and their links', () => {
    const { sdl, document } = readProtectedSupergraph(
      supergraph(
        `@link(url: "${SPECIFICATIONS}/policy/v0.1", for: SECURITY)`,
        `directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT
         scalar policy__Policy
         scalar Date @deprecated
         type Query @policy(policies: [["a"]]) { a: Int @policy(policies: [["b"]]) }`,
      ),
    );

    expect(sdl).not.toMatch(/policy/i);
    expect(sdl).toContain('scalar Date @deprecated');
    expect(sdl).toContain('link/v1.0');
    expect(document).toEqual(parse(sdl, { noLocation: true }));
  });

  it.each([
    ['in a version that is not known', `@link(url: "${SPECIFICATIONS}/requiresScopes/v0.2")`, '', /not known: v0.2/],
    [
      'with arguments that are none',
      `@link(url: "${SPECIFICATIONS}/requiresScopes/v0.1")`,
      '@requiresScopes(scopes: "a")',
      /@requiresScopes of the supergraph has no scopes/,
    ],
    [
      'and a type in two parts',
      `@link(url: "${SPECIFICATIONS}/authenticated/v0.1")`,
      '} extend type Query { b: Int',
      /extends Query/,
    ],
  ])('is refused with a directive %s', (_case, link, use, message) => {
    expect(() => readProtectedSupergraph(supergraph(link, `type Query { a: Int ${use} }`))).toThrow(message);
  });
});

describe('a field asks for', () => {
  const links = `@link(url: "${SPECIFICATIONS}/authenticated/v0.1") @link(url: "${SPECIFICATIONS}/requiresScopes/v0.1")`;
  const scopes = (...names: string[]) => ({ kind: 'scopes', anyOf: [names] });

  it('what it, its type and the type it returns ask for', () => {
    const body = `
      type Query @authenticated { a: [B!]! @requiresScopes(scopes: [["field"]]) }
      type B @requiresScopes(scopes: [["returned"]]) { c: Int }`;

    expect(requirementsOf(links, body)).toEqual(
      expect.arrayContaining([{ kind: 'authenticated' }, scopes('field'), scopes('returned')]),
    );
  });

  it('what its fields ask for on the types of an interface, where the interface itself says nothing', () => {
    const { rules } = readProtectedSupergraph(
      supergraph(
        links,
        `interface I { f: Int } type Query { a: I }
         type A implements I { f: Int @authenticated } type B implements I @requiresScopes(scopes: [["b"]]) { f: Int }`,
      ),
    );

    expect(rules?.fields.get('I.f')).toHaveLength(2);
    expect(rules?.fields.get('A.f')).toHaveLength(1);
    expect(rules?.fields.has('Query.a')).toBe(false);
  });

  it.each([
    ['leaves to its fields what its types ask for together', '[["a", "b"]]', []],
    ['asks itself for what goes beyond that', '[["a", "b", "c"]]', [scopes('a', 'b', 'c')]],
  ])('what an interface it returns says, which %s', (_case, together, expected) => {
    const body = `
      interface I @requiresScopes(scopes: ${together}) { f: Int } type Query { a: I }
      type A implements I @requiresScopes(scopes: [["a"]]) { f: Int }
      type B implements I @requiresScopes(scopes: [["b"]]) { f: Int }`;

    expect(requirementsOf(links, body)).toEqual(expected);
  });

  it('what the fields ask for that a subgraph requires for it', () => {
    const body = `
      directive @join__field(requires: String) repeatable on FIELD_DEFINITION
      type Query { a: Int @join__field(requires: "b { ... on B { c } } d") b: B d: Int }
      type B { c: Int @requiresScopes(scopes: [["c"]]) e: Int @requiresScopes(scopes: [["e"]]) }`;

    expect(requirementsOf(links, body)).toEqual([scopes('c')]);
  });

  it('nothing to tell its type', () => {
    const { rules } = readProtectedSupergraph(supergraph(links, 'type Query @authenticated { a: Int }'));

    expect([...(rules?.fields.keys() ?? [])]).toEqual(['Query.a']);
  });
});

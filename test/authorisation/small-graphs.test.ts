import { beforeAll, describe, expect, it } from '@jest/globals';
import { createGuardedGraph, type GuardedGraph, viewerWith } from './guarded-graph.ts';
import { refusedAt } from './refused-at.ts';

describe('a refused field', () => {
  let graph: GuardedGraph;
  beforeAll(async () => {
    graph = await createGuardedGraph({
      shop: `
        type Query { me: User @authenticated shop: Shop shops: [Shop!]! }
        type Mutation { rename(name: String!): Shop open: Int! @requiresScopes(scopes: [["shop:write", "shop:read"], ["admin"]]) }
        type Shop { name: String! owner: User revenue: Int @requiresScopes(scopes: [["shop:read"]]) safe: Safe }
        type Safe { code: String @authenticated }
        type User @key(fields: "id") { id: ID! @authenticated email: Email karma: Int! @authenticated }
        scalar Email @authenticated`,
      people: `type User @key(fields: "id") { id: ID! @authenticated nick: String bio: String @authenticated }`,
    });
  });

  it('is null with an error at its path, and what is beside it is answered', async () => {
    const { data, errors } = await graph.ask('{ shop { name revenue } me { nick } }');

    expect(data).toEqual({ shop: { name: expect.any(String), revenue: null }, me: null });
    expect(errors).toEqual([refusedAt('shop', 'revenue'), refusedAt('me')]);
  });

  it('is answered to whoever may see it', async () => {
    const { data, errors } = await graph.ask('{ shop { revenue } me { nick } }', viewerWith('shop:read'));

    expect(data).toEqual({ shop: { revenue: expect.any(Number) }, me: { nick: expect.any(String) } });
    expect(errors).toEqual([]);
  });

  it('is not asked of any subgraph, nor is anything below it', async () => {
    const { sent } = await graph.ask('{ me { nick } shop { name owner { nick bio } } }');

    expect(sent.join('\n')).not.toMatch(/\bme\b|\bbio\b/);
    expect(sent).toHaveLength(2);
  });

  it('makes null what cannot be without it, and is its only error', async () => {
    const { data, errors } = await graph.ask('{ shop { name owner { karma nick } } }');

    expect(data).toEqual({ shop: { name: expect.any(String), owner: null } });
    expect(errors).toEqual([refusedAt('shop', 'owner', 'karma')]);
  });

  it.each([
    ['an alias', '{ shop { mine: revenue } }', ['shop', 'mine']],
    ['the alias of another field', '{ shop { name: revenue } }', ['shop', 'name']],
    ['an inline fragment', '{ shop { ... { ... on Shop { revenue } } } }', ['shop', 'revenue']],
    [
      'fragments in fragments',
      '{ shop { ...A } } fragment A on Shop { ...B } fragment B on Shop { revenue }',
      ['shop', 'revenue'],
    ],
  ])('is the same by %s', async (_way, query, path) => {
    const { data, errors, sent } = await graph.ask(query);

    expect(data).toEqual({ shop: { [path[1] ?? '']: null } });
    expect(errors).toEqual([refusedAt(...path)]);
    expect(sent.join()).not.toContain('revenue');
  });

  it('in a list is reported once, for every item', async () => {
    const { data, errors } = await graph.ask('{ shops { revenue safe { code } } }');

    expect(data).toMatchObject({ shops: expect.arrayContaining([{ revenue: null, safe: { code: null } }]) });
    expect(errors).toEqual([refusedAt('shops', '@', 'revenue'), refusedAt('shops', '@', 'safe', 'code')]);
  });

  it('that is all that was asked of an object leaves the object', async () => {
    const { data } = await graph.ask('{ shop { safe { code } } }');

    expect(data).toEqual({ shop: { safe: { code: null } } });
  });

  it('is reported only where its conditions ask for it', async () => {
    const query =
      'query($a: Boolean = false, $b: Boolean!) { shop { name ... @include(if: $a) { revenue @skip(if: $b) } } }';
    const asked = async (variables: Record<string, unknown>) => (await graph.ask(query, null, variables)).errors;

    expect(await asked({ b: false })).toEqual([]);
    expect(await asked({ a: true, b: true })).toEqual([]);
    expect(await asked({ a: true, b: false })).toEqual([refusedAt('shop', 'revenue')]);
  });

  it('whose conditions can never hold is not reported', async () => {
    const never = '{ shop { name revenue @include(if: false) } }';
    const neither = 'query($a: Boolean!) { shop { name ... @include(if: $a) { revenue @skip(if: $a) } } }';

    expect((await graph.ask(never)).errors).toEqual([]);
    expect((await graph.ask(neither, null, { a: true })).errors).toEqual([]);
    expect((await graph.ask(neither, null, { a: false })).errors).toEqual([]);
  });

  it('that is asked for twice is one', async () => {
    const { data, errors } = await graph.ask('{ shop { revenue ... on Shop { revenue } } me { nick } me { bio } }');

    expect(data).toEqual({ shop: { revenue: null }, me: null });
    expect(errors).toEqual([refusedAt('shop', 'revenue'), refusedAt('me')]);
  });

  it('keeps to itself whatever keys the client has made up', async () => {
    const { data } = await graph.ask('{ shop { revenue__refused0: name revenue } }');

    expect(data).toEqual({ shop: { revenue__refused0: expect.any(String), revenue: null } });
  });

  it('does not keep a mutation from running whose result it is in', async () => {
    const { data, errors, sent } = await graph.ask('mutation { rename(name: "a") { revenue } }');

    expect(data).toEqual({ rename: { revenue: null } });
    expect(errors).toEqual([refusedAt('rename', 'revenue')]);
    expect(sent).toHaveLength(1);
  });

  it('of a mutation is not run', async () => {
    const { data, errors, sent } = await graph.ask('mutation { open }', viewerWith('shop:write'));

    expect({ data, errors, sent }).toEqual({ data: null, errors: [refusedAt('open')], sent: [] });
  });

  it.each([[['shop:write', 'shop:read']], [['admin']]])(
    'is answered for all scopes of one alternative: %j',
    async (scopes) => {
      expect((await graph.ask('mutation { open }', viewerWith(...scopes))).errors).toEqual([]);
    },
  );

  it('that is a key finds its entity, and is not shown', async () => {
    const { data, errors, sent } = await graph.ask('{ shop { owner { nick } } }');
    expect(data).toEqual({ shop: { owner: { nick: expect.any(String) } } });
    expect(errors).toEqual([]);
    expect(sent[0]).toContain('id');

    const shown = await graph.ask('{ shop { owner { nick id } } }');
    expect(shown.data).toEqual({ shop: { owner: null } });
    expect(shown.errors).toEqual([refusedAt('shop', 'owner', 'id')]);
  });

  it('is refused for the type it returns', async () => {
    const { data, errors } = await graph.ask('{ shop { owner { email nick } } }');

    expect(data).toMatchObject({ shop: { owner: { email: null, nick: expect.any(String) } } });
    expect(errors).toEqual([refusedAt('shop', 'owner', 'email')]);
  });

  it('leaves questions about the schema alone', async () => {
    const { data, errors } = await graph.ask('{ __type(name: "Shop") { fields { name } } __typename }');

    expect(errors).toEqual([]);
    expect(data).toMatchObject({ __type: { fields: expect.arrayContaining([{ name: 'revenue' }]) } });
  });
});

describe('interfaces and unions', () => {
  let graph: GuardedGraph;
  beforeAll(async () => {
    graph = await createGuardedGraph({
      media: `
        type Query { entries: [Post!] things: [Thing] audits: [Audit] }
        interface Post { title: String views: Int }
        type Public implements Post @key(fields: "id") { id: ID! title: String views: Int @authenticated }
        type Private implements Post @authenticated { title: String views: Int }
        union Thing = Public | Private
        interface Audit { who: String }
        type Entry implements Audit @requiresScopes(scopes: [["audit"]]) { who: String when: String }`,
      likes: `
        type Public @key(fields: "id") { id: ID! likes: Int }`,
    });
  });

  it('ask for what all their types do where a field is selected on them', async () => {
    const { data, errors, sent } = await graph.ask('{ entries { title } }');

    expect(errors).toEqual([refusedAt('entries', '@', 'title')]);
    expect(JSON.stringify(data)).not.toContain('String');
    expect(sent.join()).not.toContain('title');
  });

  it('ask for what one type does where it is named', async () => {
    const { data, errors } = await graph.ask(
      '{ entries { __typename ... on Public { title likes } ... on Private { title } } }',
    );

    expect(errors).toEqual([refusedAt('entries', '@', 'title')]);
    for (const post of Object(data).entries) {
      expect(post).toEqual(
        post.__typename === 'Public'
          ? { __typename: 'Public', title: expect.any(String), likes: expect.any(Number) }
          : { __typename: 'Private', title: null },
      );
    }
    expect(Object(data).entries).toContainEqual({ __typename: 'Private', title: null });
  });

  it('give a field that is refused on them where its type is named too, and may be seen', async () => {
    for (const query of [
      '{ entries { title ... on Public { title } } }',
      '{ entries { ... on Public { title } title } }',
    ]) {
      const { data, errors } = await graph.ask(query);

      expect(errors).toContainEqual(refusedAt('entries', '@', 'title'));
      expect(data).toMatchObject({ entries: expect.arrayContaining([{ title: expect.any(String) }, { title: null }]) });
    }
  });

  it('ask for what the field asks on one of their types', async () => {
    expect((await graph.ask('{ entries { views } }')).errors).toEqual([refusedAt('entries', '@', 'views')]);
    expect((await graph.ask('{ entries { views title } }', viewerWith())).errors).toEqual([]);
  });

  it('give names of types to everybody', async () => {
    const { data, errors } = await graph.ask('{ things { __typename } entries { __typename } }');

    expect(errors).toEqual([]);
    expect(data).toMatchObject({ things: expect.arrayContaining([{ __typename: 'Private' }]) });
  });

  it('protect the members of a union', async () => {
    const { data, errors } = await graph.ask('{ things { ... on Private { title } ... on Public { likes } } }');

    expect(errors).toEqual([refusedAt('things', '@', 'title')]);
    expect(data).toMatchObject({ things: expect.arrayContaining([{ title: null }, { likes: expect.any(Number) }]) });
  });

  it('protect an interface of which every type asks for the same', async () => {
    expect((await graph.ask('{ audits { who } }', viewerWith())).errors).toEqual([refusedAt('audits', '@', 'who')]);
    expect((await graph.ask('{ audits { ... on Entry { when } } }', viewerWith('audit'))).errors).toEqual([]);
  });
});

describe('an interface object', () => {
  it('protects its field on the interface and on each of its types', async () => {
    const graph = await createGuardedGraph({
      catalog: `
        type Query { nodes: [Node!]! }
        interface Node @key(fields: "id") { id: ID! name: String! }
        type Cat implements Node @key(fields: "id") { id: ID! name: String! }
        type Dog implements Node @key(fields: "id") { id: ID! name: String! }`,
      likes: `
        type Node @key(fields: "id") @interfaceObject { id: ID! likes: Int @requiresScopes(scopes: [["likes"]]) }`,
    });
    for (const query of ['{ nodes { name likes } }', '{ nodes { name ... on Cat { likes } ... on Dog { likes } } }']) {
      const { errors, sent } = await graph.ask(query, viewerWith());
      expect(errors).toEqual([refusedAt('nodes', '@', 'likes')]);
      expect(sent.filter((text) => text.startsWith('likes'))).toEqual([]);
      expect((await graph.ask(query, viewerWith('likes'))).errors).toEqual([]);
    }
  });
});

describe('what a field requires', () => {
  const products = `
    type Query { product: Product }
    type Product @key(fields: "id") { id: ID! cost: Money maker: Maker }
    type Money { amount: Int @requiresScopes(scopes: [["cost"]]) }
    type Maker { name: String @authenticated }`;
  const offers = (directive: string) => `
    type Product @key(fields: "id") {
      id: ID!
      cost: Money @external
      maker: Maker @external
      offer: Int @requires(fields: "cost { amount } maker { name }") ${directive}
      hint: String
    }
    type Money @external { amount: Int }
    type Maker @external { name: String }`;

  it('has to be open to whoever may see the field, or there is no supergraph', async () => {
    await expect(createGuardedGraph({ products, offers: offers('@authenticated') })).rejects.toThrow(
      /"Product.offer" does not specify necessary @authenticated, @requiresScopes/,
    );
  });

  it('is fetched for whoever may see the field, and only for them', async () => {
    const graph = await createGuardedGraph({
      products,
      offers: offers('@authenticated @requiresScopes(scopes: [["cost"]])'),
    });

    const refused = await graph.ask('{ product { hint offer } }', viewerWith());
    expect(refused.data).toEqual({ product: { hint: expect.any(String), offer: null } });
    expect(refused.errors).toEqual([refusedAt('product', 'offer')]);
    expect(refused.sent.join()).not.toMatch(/cost|amount|maker/);
    const seen = await graph.ask('{ product { hint offer cost { amount } } }', viewerWith('cost'));
    expect(seen.errors).toEqual([]);
    expect(seen.sent.join()).toContain('amount');
  });
});

describe('an operation', () => {
  const schemas = {
    shop: 'type Query { open: Int money: Int @requiresScopes(scopes: [["money"]]) mine: Int @authenticated }',
  };

  it('is planned once for all viewers about whom the same is decided', async () => {
    const graph = await createGuardedGraph(schemas);
    const query = '{ open money }';
    const keys = new Set<string>();
    for (const viewer of [null, viewerWith(), viewerWith('a'), viewerWith('money'), viewerWith('money', 'b')]) {
      keys.add((await graph.ask(query, viewer)).decisionKey);
    }

    expect(graph.planned()).toBe(2);
    expect(keys.size).toBe(2);
  });

  it('that asks for nothing has the empty key for everybody', async () => {
    const graph = await createGuardedGraph(schemas);

    expect((await graph.ask('{ open }')).decisionKey).toBe('');
    expect((await graph.ask('{ open }', viewerWith('money'))).decisionKey).toBe('');
    expect(graph.planned()).toBe(1);
  });

  it('can be refused as a whole', async () => {
    const graph = await createGuardedGraph(schemas, { unauthorised: 'refuse' });

    const { data, errors, sent } = await graph.ask('{ open money mine }');
    expect({ data, errors, sent }).toEqual({ data: null, errors: [refusedAt('money'), refusedAt('mine')], sent: [] });
    expect(graph.planned()).toBe(0);
    expect((await graph.ask('{ open money mine }', viewerWith('money'))).data).not.toBeNull();
  });
});

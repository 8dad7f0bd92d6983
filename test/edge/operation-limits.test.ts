import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultLimits, type OperationLimits } from '@tributary/gateway/limits/operation-limits';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { getIntrospectionQuery } from 'graphql';
import { writeWideSupergraph } from './wide-supergraph.ts';

const MARKETPLACE = join(import.meta.dirname, '../../gateway/supergraph.graphql');

let folder: string;
let marketplace: ShopGateway;
let wide: ShopGateway;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-limits-'));
  marketplace = await startShopGateway({ supergraphFile: MARKETPLACE });
  wide = await startShopGateway({ supergraphFile: await writeWideSupergraph(folder) });
});
afterAll(async () => {
  await Promise.all([marketplace?.stop(), wide?.stop()]);
  await rm(folder, { recursive: true });
});

/** Asks for an explanation too, which has the plan when there is one. */
async function ask(gateway: ShopGateway, query: string) {
  const { status, answer } = await gateway.ask(query, { 'x-tributary-explain': '1' });
  return { status, error: answer.errors?.[0]?.extensions, plan: answer.extensions?.explain?.queryPlan };
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

function nested(levels: number, open: string, inside: string, close: string): string {
  return open.repeat(levels) + inside + close.repeat(levels);
}

/** Each fragment spreads the next one twice; `select` is what a level selects, with the spread in it. */
function doubling(levels: number, type: string, select: (spread: string) => string, last: string): string {
  const level = (index: number) => `fragment F${index} on ${type} { ${select(`...F${index + 1}`)} }`;
  return `${times(levels, level)} fragment F${levels} on ${type} { ${last} }`;
}

describe('an operation that is too large', () => {
  it.each<[string, keyof OperationLimits, string]>([
    ['many tokens', 'tokens', `{ categories { ${'id '.repeat(12_000)} } }`],
    ['a field 1,000 times within itself', 'depth', `{ categories { ${nested(1_000, 'parent{', 'id', '}')} } }`],
    ['a literal within itself', 'depth', `{ product(id: ${nested(100, '[', '', ']')}) { id } }`],
    ['literals deeper than the stack of the parser', 'depth', `{ product(id: ${nested(4_500, '[', '', ']')}) { id } }`],
    ['a field 2,000 times', 'fields', `{ categories { ${'id '.repeat(2_000)} } }`],
    [
      'a field 2,000 times in a fragment that nothing spreads',
      'fields',
      `{ __typename } fragment F on Category { ${'id '.repeat(2_000)} }`,
    ],
    [
      'fragments that double 20 times',
      'fields',
      `{ categories { ...F0 } } ${doubling(20, 'Category', (spread) => `${spread} ${spread}`, 'id')}`,
    ],
    [
      'interfaces with many fields',
      'typedFields',
      `{ ${times(40, (index) => `n${index}: node(id: "prd_1") { ${'id '.repeat(30)} }`)} }`,
    ],
    ['fragments', 'fragments', `{ categories { ${'...{ id } '.repeat(1_001)} } }`],
    ['fragments within fragments', 'depth', `{ categories { ${nested(1_100, '...{', 'id', '}')} } }`],
    ['a list under 1,500 aliases', 'fields', `{ ${times(1_500, (index) => `a${index}: categories { id }`)} }`],
    ['aliases', 'aliases', `{ categories { ${times(201, (index) => `a${index}: id`)} } }`],
    ['many root fields', 'rootFields', `{ ${'categories { id } '.repeat(60)} }`],
    ['many directives', 'directives', `{ categories { ${'id @include(if: true) '.repeat(501)} } }`],
  ])('by %s is refused, and not planned', async (_case, limit, query) => {
    const { maximum } = defaultLimits[limit];

    expect(await ask(marketplace, query)).toEqual({
      status: 400,
      error: expect.objectContaining({ code: 'OPERATION_TOO_LARGE', limit, maximum }),
      plan: null,
    });
  });

  it('is told which limit that is, and how large it was', async () => {
    const { answer } = await marketplace.ask(`{ categories { ${nested(39, 'parent { ', 'id', ' }')} } }`);

    expect(answer).toEqual({
      errors: [
        {
          message: 'The limit is 30 levels of depth; the operation has 41',
          extensions: { code: 'OPERATION_TOO_LARGE', limit: 'depth', maximum: 30, actual: 41 },
        },
      ],
    });
  });

  it('is refused as such even where it is not valid either', async () => {
    const { error } = await ask(marketplace, `{ nothing { ${'id '.repeat(2_000)} } }`);

    expect(error).toMatchObject({ code: 'OPERATION_TOO_LARGE', limit: 'fields' });
  });

  it('is refused each time it is sent', async () => {
    const query = `{ ${'categories { id } '.repeat(70)} }`;

    for (const attempt of [await ask(marketplace, query), await ask(marketplace, query)]) {
      expect(attempt).toMatchObject({ status: 400, plan: null });
    }
  });
});

describe('over an interface of 24 types in four subgraphs, where planning explodes', () => {
  it('an operation that nests fields is refused, and not planned', async () => {
    expect(await ask(wide, '{ things { peer1 { peer2 { peer3 { id } } } } }')).toMatchObject({
      status: 400,
      error: { limit: 'typedFields', actual: 1 + 24 * (1 + 24 * (1 + 24 * (1 + 24))) },
      plan: null,
    });
  });

  it('an operation that nests fragments is refused, and not planned', async () => {
    const fragments = doubling(12, 'Thing', (spread) => `peer1 { ${spread} } peer2 { id ${spread} }`, 'size3');
    const { error, plan } = await ask(wide, `{ things { ...F0 } } ${fragments}`);

    expect(error).toMatchObject({ code: 'OPERATION_TOO_LARGE' });
    expect(plan).toBeNull();
  });

  it('an operation that is modest is planned', async () => {
    const { plan } = await ask(wide, '{ things { id size1 size3 ... on T3 { peer2 { id size1 } } } }');

    expect(plan).toContain('QueryPlan {');
  });
});

describe('within the limits', () => {
  it('is what tools ask to know the schema', async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
    });

    expect((await marketplace.ask(query)).status).toBe(200);
  });

  it('is an operation that has all limits but one at half of their maximums', async () => {
    const query = `query ($all: Boolean = true) {
      ${times(25, (index) => `a${index}: categories { ${times(3, (field) => `b${field}: name`)} id @include(if: $all) }`)}
      category(id: "cat_1") { ${nested(13, 'parent { ... { ', 'id', ' } }')} }
    }`;
    const { error, plan } = await ask(marketplace, query);

    expect(error).not.toMatchObject({ code: 'OPERATION_TOO_LARGE' });
    expect(plan).toContain('QueryPlan {');
  });
});

describe('a limit that only measures', () => {
  let shop: ShopGateway;
  afterEach(() => shop?.stop());

  it.each<[keyof OperationLimits, number]>([
    ['tokens', 5],
    ['aliases', 1],
  ])('of %s lets the operation pass and logs how large it was', async (limit, maximum) => {
    shop = await startShopGateway({ limits: { ...defaultLimits, [limit]: { maximum, isEnforced: false } } });

    const { status, answer } = await shop.ask('{ a: products { name } b: products { name } }', {
      'x-request-id': 'r-3',
    });

    expect([status, answer.errors]).toEqual([200, undefined]);
    expect(shop.logLines).toContainEqual(
      expect.objectContaining({
        requestId: 'r-3',
        limit,
        maximum,
        actual: limit === 'tokens' ? 14 : 2,
        isEnforced: false,
      }),
    );
  });
});

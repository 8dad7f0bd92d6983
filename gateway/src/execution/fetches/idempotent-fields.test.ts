import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { type ShopGateway, shopSchemas, startShopGateway } from '../../testing/shop-gateway.ts';
import { supergraphTypesOf } from '../supergraph-types.ts';
import { takesIdempotencyKey } from './idempotent-fields.ts';

const products = `${shopSchemas.products}
  input AddInput { idempotencyKey: ID name: String! }
  extend type Mutation { add(input: AddInput!): Product }`;
const reviews = `${shopSchemas.reviews}
  input PraiseInput { name: String! }
  type Mutation { praise(input: PraiseInput!): Review }`;

const ADD = 'add(input: { name: "Cup" }) { id }';
const RENAME = 'rename(name: "Cup") { id }';
const PRAISE = 'praise(input: { name: "Cup" }) { stars }';

describe('a mutation whose connection broke before its answer', () => {
  let shop: ShopGateway;
  // A subgraph that has failed so often is not asked for a while.
  beforeEach(async () => {
    shop = await startShopGateway({}, { products, reviews });
  });
  afterEach(() => shop.stop());

  /** How often each subgraph gets a mutation that one of them executes without an answer, the first time. */
  async function timesSent(mutation: string, breaking: 'products' | 'reviews', headers: Record<string, string>) {
    const sent = { products: 0, reviews: 0 };
    for (const name of ['products', 'reviews'] as const) {
      const usual = shop[name].reply;
      shop[name].reply = (request) => {
        if (!request.query.startsWith('mutation')) return usual(request);
        sent[name] += 1;
        return name === breaking && sent[name] === 1 ? 'reset' : { body: { data: {} } };
      };
    }
    await shop.ask(mutation, headers);
    return sent;
  }
  const withKey = () => ({ 'idempotency-key': randomUUID() });

  it('is sent again where it takes a key and came with one', async () => {
    expect(await timesSent(`mutation { ${ADD} }`, 'products', withKey())).toEqual({ products: 2, reviews: 0 });
  });

  it('is not where it came without', async () => {
    expect(await timesSent(`mutation { ${ADD} }`, 'products', {})).toEqual({ products: 1, reviews: 0 });
  });

  it('is not where it takes none, whatever came with it', async () => {
    expect(await timesSent(`mutation { ${RENAME} }`, 'products', withKey())).toEqual({ products: 1, reviews: 0 });
  });

  it('is not where one of its two fields takes none', async () => {
    const both = `mutation { ${ADD} ${RENAME} }`;
    expect(await timesSent(both, 'products', withKey())).toEqual({ products: 1, reviews: 0 });
  });

  it.each([
    ['products', { products: 2, reviews: 1 }],
    ['reviews', { products: 1, reviews: 1 }],
  ] as const)('is sent again to those subgraphs alone whose fields take a key: %s', async (breaking, expected) => {
    expect(await timesSent(`mutation { ${ADD} ${PRAISE} }`, breaking, withKey())).toEqual(expected);
  });
});

describe('a fetch takes a key', () => {
  const types = supergraphTypesOf(
    buildSchema(`
    type Query { a: Int }
    input Keyed { idempotencyKey: ID }
    input Other { key: ID }
    type Mutation {
      keyed(input: Keyed!): Int listed(inputs: [Keyed!]!): Int
      other(input: Other!): Int bare(idempotencyKey: ID): Int none: Int
    }`),
  );

  it.each([
    ['where each of its fields does', 'one: keyed(input: $i) two: keyed(input: $i)', true],
    ['where it asks for a name besides', '__typename keyed(input: $i)', true],
    ['where all in its conditions does', '... on Mutation @skip(if: $s) { keyed(input: $i) }', true],
    ['in a list of inputs', 'listed(inputs: $l)', true],
    ['not where one field has none', 'keyed(input: $i) none', false],
    ['not where a field in a condition has none', 'keyed(input: $i) ... @include(if: $s) { other(input: $o) }', false],
    ['not by what a client calls its field', 'keyed: none', false],
    ['not by an argument that no header stands for', 'bare(idempotencyKey: $k)', false],
    ['not in a fragment elsewhere', '...Elsewhere', false],
  ])('%s', (_which, fields, expected) => {
    expect(takesIdempotencyKey(parse(`mutation { ${fields} }`), types)).toBe(expected);
  });
});

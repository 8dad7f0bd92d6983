import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import { rootFetch } from '../../testing/hand-made-plan.ts';
import { compileOperation } from '../compiled-operation.ts';
import type { SubgraphTransport } from '../fetches/subgraph-request.ts';
import { supergraphTypesOf } from '../supergraph-types.ts';

const schema = buildSchema(`
  type Query { best: Book books: [Book!]! words: [String] a: [A!]! }
  type Book { title: String! }
  type A { b: [B!]! }
  type B { c: [Int!]! }
`);
const LIMIT = 1_000;
const refusal = { code: 'ANSWER_TOO_LARGE', extensions: { maximum: LIMIT } };

/** An operation whose only subgraph answers with this data. */
function operationFor(query: string, data: JsonObject, answerLimit?: number) {
  const operation = compileOperation({
    document: parse(query),
    plan: { kind: 'QueryPlan', node: rootFetch('books', query) },
    apiSchema: schema,
    types: supergraphTypesOf(schema),
    clientNames: new Map(),
    requiredFieldNames: new Map(),
    answerLimit,
  });
  const transport: SubgraphTransport = async () => ({ answer: { data, errors: [], extensions: {} }, responseBytes: 0 });
  return {
    execute: () => operation.execute({ variables: {}, transport }),
    executeToText: () => operation.executeToText({ variables: {}, transport }),
  };
}

describe.each<[string, string, (length: number) => JsonObject]>([
  ['a long text', '{ best { title } }', (length) => ({ best: { title: 'x'.repeat(length) } })],
  ['many texts', '{ words }', (length) => ({ words: Array(length / 10).fill('x'.repeat(7)) })],
  ['many objects', '{ books { title } }', (length) => ({ books: Array(length / 20).fill({ title: 'a title' }) })],
])('an answer that is large for %s', (_, query, dataOf) => {
  it('is refused beyond the limit', async () => {
    const { execute, executeToText } = operationFor(query, dataOf(LIMIT * 2), LIMIT);
    await expect(executeToText()).rejects.toMatchObject(refusal);
    await expect(execute()).rejects.toMatchObject(refusal);
  });

  it('is given within the limit', async () => {
    const { execute, executeToText } = operationFor(query, dataOf(LIMIT - 100), LIMIT);
    expect((await executeToText()).dataText?.length).toBeLessThanOrEqual(LIMIT);
    expect((await execute()).data).toEqual(dataOf(LIMIT - 100));
  });
});

it('an answer in which few objects stand very often is refused before it is written', async () => {
  // As entities do that several fetches bring in turn: 8 million numbers, of which 200 are there.
  const numbers = Array(200).fill(7);
  const data = { a: Array(200).fill({ b: Array(200).fill({ c: numbers }) }) };
  const { executeToText } = operationFor('{ a { b { c } } }', data, LIMIT);
  await expect(executeToText()).rejects.toMatchObject(refusal);
});

it('an answer that has to be shaped for an error is refused too', async () => {
  const books = [...Array(100).fill({ title: 'a title' }), { title: null }];
  await expect(operationFor('{ books { title } }', { books }, LIMIT).executeToText()).rejects.toMatchObject(refusal);
});

it('an answer with more errors than it may have characters is refused', async () => {
  const { executeToText } = operationFor('{ words }', { words: Array(100).fill({}) }, 10_000);
  await expect(executeToText()).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE' });
});

import { ApolloServer } from '@apollo/server';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@tributary/runtime/logging/logger';
import { buildSchema, type GraphQLSchema, type ValidationRule } from 'graphql';
import { operationRules } from '../edge/operation-rules.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { defaultLimits } from '../limits/operation-limits.ts';
import { createKnownOperations, type KnownOperations, mostCarried } from './known-operations.ts';

const context: GatewayContext = { requestId: 'r', viewer: null, subgraphHeaders: () => [], explain: undefined };
const before = buildSchema('type Query { a: Int b: Int } type Mutation { c: Int }');
const after = buildSchema('type Query { a: Int } type Mutation { c: Int }');
const rules = operationRules(
  { ...defaultLimits, aliases: { maximum: 0, isEnforced: true } },
  createLogger({ service: 'test', level: 'silent' }),
);

let known: KnownOperations;
let rests: number;
let server: ApolloServer<GatewayContext>;
const rest = async () => {
  rests += 1;
};

/** Apollo Server that lets operations in by rules of its own. */
async function open(limitingRules: readonly ValidationRule[]): Promise<void> {
  known = createKnownOperations({ limitBytes: 10_000_000, rules: limitingRules });
  server = new ApolloServer<GatewayContext>({ schema: before, plugins: [known.plugin] });
  await server.start();
  rests = 0;
}
beforeEach(() => open(rules));
afterEach(() => server.stop());

async function letIn(...queries: string[]): Promise<void> {
  for (const query of queries) await server.executeOperation({ query }, { contextValue: context });
}

const schemaOf = (query: string): GraphQLSchema | undefined => known.find(query, undefined)?.schema;

describe('known operations', () => {
  it('are those of the schema before until another one is served, and then of that', async () => {
    await letIn('{ a }', 'mutation { c }');
    const serve = await known.carryOver(after, rest);
    expect([schemaOf('{ a }'), schemaOf('mutation { c }')]).toEqual([before, before]);
    expect(rests).toBe(2);

    const asked = known.find('mutation { c }', undefined);
    serve();
    expect([schemaOf('{ a }'), schemaOf('mutation { c }')]).toEqual([after, after]);
    const carried = known.find('mutation { c }', undefined);
    expect(carried).toEqual({ ...asked, schema: after, document: { ...asked?.document } });
    expect(carried?.document).not.toBe(asked?.document);
  });

  it('that the other schema refuses, or one of the limits, are left to Apollo Server, and those before stay as they are', async () => {
    await letIn('{ a }', '{ b }', '{ more: a }');
    (await known.carryOver(after, rest))();
    expect(['{ a }', '{ b }', '{ more: a }'].map(schemaOf)).toEqual([after, before, before]);
    expect(known.find('{ more: a }', undefined)?.document.definitions).toHaveLength(1);
  });

  it('that were asked for last are carried over where there are too many', async () => {
    const texts = Array.from({ length: mostCarried + 1 }, (_, number) => `{ a } # ${number}`);
    await letIn(...texts);
    const [first = '', second = ''] = texts;
    known.find(first, undefined);
    (await known.carryOver(after, rest))();
    expect([first, second, texts.at(-1) ?? ''].map(schemaOf)).toEqual([after, before, after]);
    expect(rests).toBe(mostCarried);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { ApolloServer } from '@apollo/server';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@tributary/runtime/logging/logger';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { operationRules } from '../edge/operation-rules.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { defaultLimits } from '../limits/operation-limits.ts';
import { createKnownOperations, type KnownOperations } from './known-operations.ts';

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

/** Apollo Server, which lets in what the rules refuse on another schema. */
beforeEach(async () => {
  known = createKnownOperations({ limitBytes: 10_000_000, rules, carryLimitMs: 60_000 });
  server = new ApolloServer<GatewayContext>({ schema: before, plugins: [known.plugin] });
  await server.start();
  rests = 0;
});
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
    expect(carried).toEqual({ ...asked, schema: after });
    expect(carried?.document).not.toBe(asked?.document);
    expect(carried?.document.tokenCount).toBe(4);
  });

  it('that the other schema refuses, or one of the limits, are left to Apollo Server, as they were on the one before', async () => {
    await letIn('{ a }', '{ b }', '{ more: a }');
    const limited = known.find('{ more: a }', undefined);
    const serve = await known.carryOver(after, rest);
    expect(['{ a }', '{ b }', '{ more: a }'].map(schemaOf)).toEqual([before, before, before]);
    serve();
    expect(['{ a }', '{ b }', '{ more: a }'].map(schemaOf)).toEqual([after, undefined, undefined]);
    expect(limited?.document.definitions).toHaveLength(1);
  });

  it('that were asked for last are carried over where there is no time for all', async () => {
    known = createKnownOperations({ limitBytes: 10_000_000, rules, carryLimitMs: 500 });
    await server.stop();
    server = new ApolloServer<GatewayContext>({ schema: before, plugins: [known.plugin] });
    await letIn('{ a }', 'query B { a }', 'mutation { c }');
    known.find('{ a }', undefined);
    const untilTwoAreDone = async () => {
      rests += 1;
      if (rests === 3) await delay(600);
    };
    (await known.carryOver(after, untilTwoAreDone))();
    expect(['{ a }', 'mutation { c }', 'query B { a }'].map(schemaOf)).toEqual([after, after, undefined]);
  });

  it('are not carried over when that is given up', async () => {
    await letIn('{ a }');
    const giveUp = () => Promise.reject(new Error('stopped'));
    await expect(known.carryOver(after, giveUp)).rejects.toThrow('stopped');
    expect(schemaOf('{ a }')).toBe(before);
  });
});

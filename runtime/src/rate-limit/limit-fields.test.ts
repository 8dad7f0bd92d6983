import { buildSubgraphSchema } from '@apollo/subgraph';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { execute, parse } from 'graphql';
import { withFallback } from './field-limits.ts';
import { limitFields } from './limit-fields.ts';
import { createLocalCallWindow } from './local-call-window.ts';

const typeDefs = parse(`
  directive @rateLimit(max: Int!, window: String!, identityArgs: [String!]) on FIELD_DEFINITION
  type Query { search(text: String): Int @rateLimit(max: 3, window: "60s") shop: Shop free: Int }
  type Shop { search: Int @rateLimit(max: 2, window: "60s") }
  type Mutation { logIn(email: String, password: String): Int @rateLimit(max: 1, window: "1m", identityArgs: ["email"]) }
`);

let nowMs: number;
let calls: number;
let schema: ReturnType<typeof buildSubgraphSchema>;
beforeEach(() => {
  [nowMs, calls] = [0, 0];
  const window = createLocalCallWindow({ processes: 1, nowMs: () => nowMs });
  const call = () => ++calls;
  const resolvers = {
    Query: { search: call, shop: () => ({}), free: call },
    Shop: { search: call },
    Mutation: { logIn: call },
  };
  schema = buildSubgraphSchema([{ typeDefs, resolvers: limitFields(resolvers, typeDefs, { window }) }]);
});

const ADA = { viewer: { userId: 'usr_ada' } };

/** The codes of errors by their paths. */
async function refusedBy(text: string, context: object = ADA): Promise<Record<string, unknown>> {
  const { errors = [] } = await execute({ schema, document: parse(text), contextValue: context });
  return Object.fromEntries(errors.map(({ path, extensions }) => [path?.join('.'), extensions]));
}

describe('a limited field', () => {
  it('is refused beyond its limit with a code and when to come back, and not resolved', async () => {
    expect(await refusedBy('{ a: search b: search c: search }')).toEqual({});
    nowMs = 20_500;
    expect(await refusedBy('{ search free }')).toEqual({
      search: { code: 'RATE_LIMITED', field: 'Query.search', retryAfterSeconds: 40 },
    });
    expect(calls).toBe(4);
  });

  it('counts every alias', async () => {
    expect(Object.keys(await refusedBy('{ a: search b: search c: search d: search e: search }'))).toHaveLength(2);
    expect(calls).toBe(3);
  });

  it('may be called again once the window has slid on', async () => {
    await refusedBy('{ a: search b: search }');
    nowMs = 30_000;
    await refusedBy('{ search }');
    nowMs = 60_001;

    expect(Object.keys(await refusedBy('{ a: search b: search c: search }'))).toEqual(['c']);
  });

  it('does not count what was refused', async () => {
    for (nowMs = 0; nowMs < 60_000; nowMs += 1_000) await refusedBy('{ search }');
    nowMs = 60_001;

    expect(await refusedBy('{ search }')).toEqual({});
  });

  it('is not one of the same name of another type', async () => {
    await refusedBy('{ a: search b: search c: search }');

    expect(await refusedBy('{ shop { search } }')).toEqual({});
  });

  it('is limited for each viewer, and for each network where there is none', async () => {
    const text = '{ a: search b: search c: search }';
    const contexts = [
      ADA,
      { viewer: { userId: 'usr_bob' } },
      { viewer: null, clientAddress: '192.0.2.1' },
      { viewer: null, clientAddress: '2001:db8::1' },
      {},
    ];
    for (const context of contexts) expect(await refusedBy(text, context)).toEqual({});

    expect(await refusedBy('{ search }', { viewer: null, clientAddress: '2001:db8::2' })).toHaveProperty('search');
  });

  it('may be limited for each value of an argument', async () => {
    expect(await refusedBy('mutation { logIn(email: "a") }')).toEqual({});
    expect(await refusedBy('mutation { logIn(email: "b") }')).toEqual({});
    expect(await refusedBy('mutation { logIn(email: "a", password: "other") }')).toHaveProperty('logIn');
  });
});

describe('a schema', () => {
  const window = createLocalCallWindow({ processes: 1 });

  it('that limits a field without a resolver is refused', () => {
    expect(() => limitFields({ Query: {} }, typeDefs, { window })).toThrow(
      'Query.search is limited and has no resolver',
    );
  });

  it.each(['max: 0, window: "60s"', 'max: 5, window: "soon"', 'window: "60s"'])('that says %s is refused', (args) => {
    const wrong = parse(`type Query { search: Int @rateLimit(${args}) }`);

    expect(() => limitFields({ Query: { search: () => 1 } }, wrong, { window })).toThrow();
  });
});

describe('while what processes share is away', () => {
  const away = { record: () => Promise.reject(new Error('away')) };
  const rule = { max: 4, windowMs: 1_000 };

  it.each([
    ['share', 2],
    ['open', 5],
  ] as const)('with "%s" a process admits %i of five calls', async (withoutStore, admitted) => {
    const window = withFallback(away, { local: createLocalCallWindow({ processes: 2 }), withoutStore });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => window.record('key', rule)));

    expect(outcomes.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(admitted);
  });

  it('with "closed" nobody is admitted, and is told so', async () => {
    const window = withFallback(away, { local: createLocalCallWindow({ processes: 1 }), withoutStore: 'closed' });

    await expect(window.record('key', rule)).rejects.toMatchObject({ code: 'RATE_LIMITER_UNAVAILABLE' });
  });
});

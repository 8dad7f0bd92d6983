import { describe, expect, it } from '@jest/globals';
import type { CompiledOperation } from '../execution/compiled-operation.ts';
import type { SubgraphRequest } from '../execution/fetches/subgraph-request.ts';
import { readSubgraphAnswer } from '../subgraph-fetch/subgraph-answer.ts';
import type { ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';
import { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';
import { makeOperation } from '../testing/hand-made-plan.ts';
import { RequestSharing } from './request-sharing.ts';
import type { SharingMode } from './sharing-mode.ts';

const request: SubgraphRequest = {
  subgraph: 's',
  body: '{"query":"{a}"}',
  path: '',
  representations: 0,
  operationKind: 'query',
};

function answerOf(text: string): ReceivedAnswer {
  return { answer: readSubgraphAnswer(text, { status: 200, service: 's' }), responseBytes: text.length };
}

/** How queries of clients reach a subgraph that answers when a test says so. */
function setUp(mode: SharingMode = 'subgraphs') {
  const sharing = new RequestSharing(mode);
  const sent: PromiseWithResolvers<ReceivedAnswer>[] = [];
  const send = (change: Partial<SubgraphRequest> = {}, caller = 'c', decisionKey = '') => {
    const transport = sharing.transport(
      () => {
        const answer = Promise.withResolvers<ReceivedAnswer>();
        sent.push(answer);
        return answer.promise;
      },
      { caller, decisionKey },
    );
    return transport({ ...request, ...change });
  };
  const answerAll = () => {
    for (const [index, { resolve }] of sent.entries()) resolve(answerOf(`{"data":{"a":{"number":${index}}}}`));
  };
  return { sharing, sent, send, answerAll };
}

const numbersOf = (answers: readonly ReceivedAnswer[]) => answers.map(({ answer }) => answer.data?.['a']);

describe('queries to a subgraph', () => {
  it('are sent once when they are equal, wherever in their plans they stand', async () => {
    const { sent, send, answerAll } = setUp();
    const asked = [send(), send(), send({ path: 'b.@' })];
    answerAll();

    expect(numbersOf(await Promise.all(asked))).toEqual([{ number: 0 }, { number: 0 }, { number: 0 }]);
    expect(sent).toHaveLength(1);
  });

  it.each<[string, Parameters<ReturnType<typeof setUp>['send']>]>([
    ['their bodies', [{ body: '{"query":"{b}"}' }]],
    ['their subgraphs', [{ subgraph: 't' }]],
    ['their callers', [{}, 'd']],
    ['what was decided about their callers', [{}, 'c', '+1']],
    ['a subgraph that has the name of a decision', [{ subgraph: '+1 s' }]],
  ])('are sent apart when they differ in %s', async (_, other) => {
    const { sent, send, answerAll } = setUp();
    const asked = [send(), send(...other)];
    answerAll();

    expect(numbersOf(await Promise.all(asked))).toEqual([{ number: 0 }, { number: 1 }]);
    expect(sent).toHaveLength(2);
  });

  it('fail for all who wait for them', async () => {
    const { sent, send } = setUp();
    const asked = [send(), send()];
    const failure = new SubgraphFailure('SUBGRAPH_TIMEOUT', 's', undefined);
    sent[0]?.reject(failure);

    expect(await Promise.allSettled(asked)).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
  });

  it('fail as an invalid answer for who would get a copy of something too deep to be copied', async () => {
    const { sent, send } = setUp();
    const asked = [send(), send()];
    const depth = 50_000;
    sent[0]?.resolve(answerOf(`{"data":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`));
    const [first, last] = await Promise.allSettled(asked);

    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'SUBGRAPH_INVALID_RESPONSE' } });
    expect(last?.status).toBe('fulfilled');
  });

  it('are sent apart where nothing is shared', () => {
    const { sent, send } = setUp('off');
    void [send(), send()];

    expect(sent).toHaveLength(2);
  });

  it('do not join one that was sent before a mutation of their caller ended', async () => {
    const { sent, send, answerAll } = setUp();
    const [before, mutation] = [send(), send({ operationKind: 'mutation', body: '{"query":"mutation{b}"}' })];
    const meanwhile = send();
    sent[1]?.resolve(answerOf('{"data":{"b":1}}'));
    await mutation;
    const after = send();
    answerAll();

    expect(numbersOf(await Promise.all([before, meanwhile, after]))).toEqual([
      { number: 0 },
      { number: 0 },
      { number: 2 },
    ]);
  });
});

it('mutations are sent as often as they are asked for', async () => {
  const { sent, send, answerAll } = setUp('all');
  const mutation = { operationKind: 'mutation', body: '{"query":"mutation{b}"}' } as const;
  const asked = [send(mutation), send(mutation)];
  answerAll();

  await Promise.all(asked);
  expect(sent).toHaveLength(2);
});

describe('queries of clients', () => {
  const operation = operationOf('{ a }');
  const query = { caller: 'c', operation, variables: { x: 1 }, signal: undefined };

  function operationOf(text: string): CompiledOperation {
    return makeOperation({ schema: 'type Query { a: Int }', query: text }).operation;
  }

  function ask(sharing: RequestSharing, queries: readonly (typeof query)[]) {
    let executed = 0;
    const answers = queries.map((each) =>
      sharing.answer(each, async () => {
        executed += 1;
        return { dataText: `{"a":${executed}}`, errors: [] };
      }),
    );
    return Promise.all(answers);
  }

  it('are executed once when they are equal, and get the same answer', async () => {
    const answers = await ask(new RequestSharing('all'), [query, query, { ...query, variables: { x: 1 } }]);

    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toEqual({ dataText: '{"a":1}', errors: [] });
  });

  it.each<[string, Partial<typeof query>]>([
    ['their callers', { caller: 'd' }],
    ['their variables', { variables: { x: 2 } }],
    ['their operations, or in what was decided for them', { operation: operationOf('{ a }') }],
  ])('are executed apart when they differ in %s', async (_, change) => {
    const answers = await ask(new RequestSharing('all'), [query, { ...query, ...change }]);

    expect(answers.map(({ dataText }) => dataText)).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('are executed apart when no text tells their variables from others', async () => {
    const infinite = { ...query, variables: { x: Number.POSITIVE_INFINITY } };
    const answers = await ask(new RequestSharing('all'), [infinite, infinite]);

    expect(answers.map(({ dataText }) => dataText)).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('are executed apart where only queries to subgraphs are shared', async () => {
    const answers = await ask(new RequestSharing('subgraphs'), [query, query]);

    expect(answers.map(({ dataText }) => dataText)).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('do not join one that began before a mutation of their caller ended', async () => {
    const { sharing, send, answerAll } = setUp('all');
    const before = Promise.withResolvers<{ dataText: string; errors: [] }>();
    const first = sharing.answer(query, () => before.promise);
    const mutation = send({ operationKind: 'mutation' });
    answerAll();
    await mutation;
    const second = sharing.answer(query, async () => ({ dataText: '"after"', errors: [] }));
    before.resolve({ dataText: '"before"', errors: [] });

    expect((await first).dataText).toBe('"before"');
    expect((await second).dataText).toBe('"after"');
  });
});

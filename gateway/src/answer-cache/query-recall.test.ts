import { HeaderMap } from '@apollo/server';
import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '@tributary/runtime/http/http-message';
import { buildSchema, parse } from 'graphql';
import { QueryRecall } from './query-recall.ts';
import { Representations } from './representations.ts';

const request: HttpRequest = {
  method: 'POST',
  path: '/graphql',
  search: '',
  headers: new HeaderMap(),
  body: undefined,
  source: '{"query":"{ a }"}',
  requestId: 'r',
  signal: { aborted: false, toAbortSignal: () => new AbortController().signal },
};

/** A recall that notes each look for an answer, which it comes to when it knows the query of a request. */
function create() {
  const identity = { hash: 'h', decisionKey: '' };
  const identifier = { version: 'v', identify: () => identity };
  const looks: unknown[] = [];
  const state = { admitted: {} };
  const recall = new QueryRecall({
    gateway: { identifierOf: () => identifier, isServingVersion: () => true },
    answers: { peek: (keys) => void looks.push(keys) },
    representations: new Representations({ dependsOn: [], hasCompression: false }),
    verifier: undefined,
    callerKey: () => 'anybody',
    allowedOrigins: new Set(),
    clientHeader: 'client',
    admitted: () => state.admitted,
    defaultHeaders: [],
  });
  const remember = (admittedBy: object) =>
    recall.remember(request, {
      schema: buildSchema('type Query { a: Int }'),
      document: parse('{ a }'),
      operationName: undefined,
      variables: {},
      context: { requestId: 'r', viewer: null, subgraphHeaders: () => [], explain: undefined, admittedBy },
    });
  return { recall, remember, looks, state };
}

describe('QueryRecall', () => {
  it('knows a request that came before', async () => {
    const { recall, remember, looks, state } = create();
    await recall.answer(request);
    remember(state.admitted);
    await recall.answer(request);
    expect(looks).toHaveLength(1);
  });

  it('forgets requests when other operations are let in than before', async () => {
    const { recall, remember, looks, state } = create();
    remember(state.admitted);
    state.admitted = {};
    await recall.answer(request);
    expect(looks).toHaveLength(0);
  });

  it('does not know a request that was let in before other operations were, and answered after', async () => {
    const { recall, remember, looks, state } = create();
    const before = state.admitted;
    state.admitted = {};
    remember(before);
    await recall.answer(request);
    expect(looks).toHaveLength(0);
  });
});

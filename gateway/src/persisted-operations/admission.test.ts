import { hash } from 'node:crypto';
import { HeaderMap } from '@apollo/server';
import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '@tributary/runtime/http/http-message';
import { createLogger } from '@tributary/runtime/logging/logger';
import { parse, print } from 'graphql';
import { createAdmission } from './admission.ts';
import { type PersistedOperationsMode, persistedOperationsModes } from './mode.ts';
import { OperationList } from './operation-list.ts';
import { PersistedTexts } from './persisted-texts.ts';

const PUBLISHED = 'query Published { a }';
const REGISTERED = '{ registered }';
const UNKNOWN = '{ unknown }';
const sha256 = (text: string) => hash('sha256', text);

/** An admission over one published operation of everybody, one of the client `web`, and one registered text. */
async function create(mode: PersistedOperationsMode) {
  const logged: Record<string, unknown>[] = [];
  const asked: string[] = [];
  const texts = new PersistedTexts({
    limitBytes: 1_000_000,
    ttlMs: 1_000,
    store: { get: async (id) => void asked.push(id), set: async () => undefined },
    onFailure: () => undefined,
  });
  await texts.keep(sha256(REGISTERED), REGISTERED);
  const list = new OperationList([
    { id: 'published', body: PUBLISHED, name: 'Published', type: 'query' },
    { id: 'of-web', body: 'query OfWeb { b }', name: 'OfWeb', type: 'query', clientName: 'web' },
  ]);
  const logger = createLogger({ service: 'test', level: 'warn' }, { write: (line) => logged.push(JSON.parse(line)) });
  return { ...createAdmission({ mode, list: () => list, texts, logger }), logged, asked };
}

function post(body: unknown, headers: [string, string][] = []): HttpRequest {
  return {
    method: 'POST',
    path: '/graphql',
    search: '',
    headers: new HeaderMap(headers),
    body,
    requestId: 'r',
    signal: { aborted: false, toAbortSignal: () => new AbortController().signal },
  };
}

function get(parameters: Record<string, string>): HttpRequest {
  return { ...post(undefined), method: 'GET', search: `?${new URLSearchParams(parameters)}` };
}

const extensionsFor = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });

/** What a client gets to know: the text that is executed, or the code of a refusal. */
async function outcome(mode: PersistedOperationsMode, request: HttpRequest): Promise<unknown> {
  const { admit } = await create(mode);
  try {
    const { method, search, body } = await admit(request);
    if (method === 'GET') return Object.fromEntries(new URLSearchParams(search));
    return body;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const idAlone = (id: string, headers?: [string, string][]) => post({ extensions: extensionsFor(id) }, headers);
const pair = (text: string, id = sha256(text)) => post({ query: text, extensions: extensionsFor(id) });

describe('createAdmission', () => {
  const requests: [string, HttpRequest, Record<PersistedOperationsMode, unknown>][] = [
    [
      'an unknown text',
      post({ query: UNKNOWN }),
      {
        apq: { query: UNKNOWN },
        'log-unknown': { query: UNKNOWN },
        safelist: 'QUERY_NOT_IN_SAFELIST',
        'safelist-by-id-only': 'PERSISTED_QUERY_ID_REQUIRED',
        off: { query: UNKNOWN },
      },
    ],
    [
      'a published text',
      post({ query: PUBLISHED }),
      {
        apq: { query: PUBLISHED },
        'log-unknown': { query: PUBLISHED },
        safelist: { query: PUBLISHED },
        'safelist-by-id-only': 'PERSISTED_QUERY_ID_REQUIRED',
        off: { query: PUBLISHED },
      },
    ],
    [
      'a question about the schema, which others decide about',
      post({ query: 'query { __schema { ...F } } fragment F on __Schema { description }' }),
      {
        apq: expect.anything(),
        'log-unknown': expect.anything(),
        safelist: { query: expect.stringContaining('__schema') },
        'safelist-by-id-only': 'PERSISTED_QUERY_ID_REQUIRED',
        off: expect.anything(),
      },
    ],
    [
      'a published id',
      idAlone('published'),
      {
        apq: { query: PUBLISHED },
        'log-unknown': { query: PUBLISHED },
        safelist: { query: PUBLISHED },
        'safelist-by-id-only': { query: PUBLISHED },
        off: 'PERSISTED_QUERY_NOT_SUPPORTED',
      },
    ],
    [
      'the hash of a registered text',
      idAlone(sha256(REGISTERED)),
      {
        apq: { query: REGISTERED },
        'log-unknown': { query: REGISTERED },
        safelist: 'PERSISTED_QUERY_NOT_IN_LIST',
        'safelist-by-id-only': 'PERSISTED_QUERY_NOT_IN_LIST',
        off: 'PERSISTED_QUERY_NOT_SUPPORTED',
      },
    ],
    [
      'the hash of an unknown text',
      idAlone(sha256(UNKNOWN)),
      {
        apq: 'PERSISTED_QUERY_NOT_FOUND',
        'log-unknown': 'PERSISTED_QUERY_NOT_FOUND',
        safelist: 'PERSISTED_QUERY_NOT_IN_LIST',
        'safelist-by-id-only': 'PERSISTED_QUERY_NOT_IN_LIST',
        off: 'PERSISTED_QUERY_NOT_SUPPORTED',
      },
    ],
    [
      'a text with its hash',
      pair(UNKNOWN),
      {
        apq: { query: UNKNOWN, extensions: extensionsFor(sha256(UNKNOWN)) },
        'log-unknown': { query: UNKNOWN, extensions: extensionsFor(sha256(UNKNOWN)) },
        safelist: 'CANNOT_SEND_PQ_ID_AND_BODY',
        'safelist-by-id-only': 'CANNOT_SEND_PQ_ID_AND_BODY',
        off: 'PERSISTED_QUERY_NOT_SUPPORTED',
      },
    ],
    [
      'a text with the hash of another one',
      pair(UNKNOWN, sha256(REGISTERED)),
      {
        apq: 'PERSISTED_QUERY_HASH_MISMATCH',
        'log-unknown': 'PERSISTED_QUERY_HASH_MISMATCH',
        safelist: 'CANNOT_SEND_PQ_ID_AND_BODY',
        'safelist-by-id-only': 'CANNOT_SEND_PQ_ID_AND_BODY',
        off: 'PERSISTED_QUERY_NOT_SUPPORTED',
      },
    ],
  ];
  it.each(
    requests.flatMap(([what, request, outcomes]) =>
      persistedOperationsModes.map((mode) => [what, mode, request, outcomes[mode]] as const),
    ),
  )('of %s makes in mode %s what is expected', async (_, mode, request, expected) => {
    expect(await outcome(mode, request)).toEqual(expected);
  });

  it.each([
    ['too short', 'ab'.repeat(31)],
    ['too long', 'ab'.repeat(33)],
    ['of other digits', 'xy'.repeat(32)],
    ['in upper case', sha256(UNKNOWN).toUpperCase()],
    ['of 300 characters', 'a'.repeat(300)],
    ['empty', ''],
    ['no text', 7],
  ])('refuses a hash that is %s, alone and with a text, before any store is asked', async (_, id) => {
    const { admit, asked } = await create('apq');
    for (const body of [{ extensions: extensionsFor(id) }, { query: UNKNOWN, extensions: extensionsFor(id) }]) {
      expect(() => admit(post(body))).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    }
    expect(asked).toEqual([]);
  });

  it.each([0, 2, '1', undefined])('refuses version %p of the protocol', async (version) => {
    const { admit } = await create('apq');
    const request = post({ extensions: { persistedQuery: { version, sha256Hash: sha256(REGISTERED) } } });
    expect(() => admit(request)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('gives the ids of a client to that client only', async () => {
    expect(await outcome('safelist', idAlone('of-web', [['apollographql-client-name', 'web']]))).toEqual({
      query: 'query OfWeb { b }',
    });
    expect(await outcome('safelist', idAlone('of-web', [['apollographql-client-name', 'ios']]))).toBe(
      'PERSISTED_QUERY_NOT_IN_LIST',
    );
    expect(await outcome('safelist', idAlone('of-web'))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
  });

  it('puts the text into the URL of a GET, and leaves the rest of the request as it was', async () => {
    const variables = '{"a":"ü&="}';
    const extensions = JSON.stringify({ ...extensionsFor('published'), other: 1 });
    expect(await outcome('safelist', get({ variables, operationName: 'Published', extensions }))).toEqual({
      variables,
      operationName: 'Published',
      query: PUBLISHED,
      extensions: '{"other":1}',
    });
    const body = { variables: { a: 1 }, operationName: 'Published', extensions: extensionsFor('published') };
    expect(await outcome('safelist', post(body))).toEqual({
      variables: { a: 1 },
      operationName: 'Published',
      query: PUBLISHED,
    });
  });

  it('refuses an unknown text in the URL of a GET, whatever its body is', async () => {
    const request = { ...get({ query: UNKNOWN }), body: { query: PUBLISHED } };
    expect(await outcome('safelist', request)).toBe('QUERY_NOT_IN_SAFELIST');
  });

  it.each([undefined, [], 'text', {}, { query: '' }, { query: 7 }])(
    'leaves the body %p, which is no GraphQL request, to those who refuse it',
    async (body) => {
      expect(await outcome('safelist-by-id-only', post(body))).toBe(body);
    },
  );

  it('logs a text that is not published once, however it came', async () => {
    const { admit, logged } = await create('log-unknown');
    const headers: [string, string][] = [['apollographql-client-name', 'web']];
    for (const _ of [1, 2]) {
      await admit(post({ query: UNKNOWN }, headers));
      await admit(post({ query: PUBLISHED }));
      await admit(idAlone('published'));
      await admit(idAlone(sha256(REGISTERED)));
    }
    expect(logged).toMatchObject([
      { operation: print(parse(UNKNOWN)), clientName: 'web', requestId: 'r' },
      { operation: print(parse(REGISTERED)) },
    ]);
  });

  it('logs no string of a text, which may be a password', async () => {
    const { admit, logged } = await create('log-unknown');
    await admit(post({ query: 'mutation { logIn(name: "ann", word: "hunter2", note: """hunter2""") { token } }' }));
    await admit(post({ query: 'mutation { logIn(word: "hunter2"' }));
    expect(JSON.stringify(logged)).not.toContain('hunter2');
    expect(logged).toMatchObject([{ operation: expect.stringContaining('logIn(name: "", word: "", note: "")') }, {}]);
  });
});

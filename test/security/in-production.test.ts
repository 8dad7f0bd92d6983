import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { findSecrets, testSecret } from '../kit/secrets.ts';
import { type GraphAnswer, startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const REGISTER = `mutation ($input: RegisterInput!) {
  register(input: $input) { ... on SessionOpened { accessToken refreshToken } ... on Refusal { code } }
}`;
const LOG_IN = `mutation ($input: LogInInput!) {
  logIn(input: $input) { ... on SessionOpened { refreshToken } ... on Refusal { code message } }
}`;
const REFRESH = `mutation ($token: String!) {
  refreshSession(refreshToken: $token) { ... on SessionOpened { refreshToken } ... on Refusal { code message } }
}`;
const password = testSecret('password');

const { logger, lines } = createCapturedLogger();
let graph: TestGraph;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'in_production', isDevelopment: false, logger });
}, 120_000);
afterAll(() => graph?.stop());

/** Does something while a database lacks a table, which no code expects. */
async function withoutTable<T>(database: string, table: string, run: () => Promise<T>): Promise<T> {
  const rename = (from: string, to: string) =>
    withConnection(graph.test.adminUrlOf(database), (client) => client.query(`ALTER TABLE ${from} RENAME TO ${to}`));
  await rename(table, 'hidden');
  try {
    await graph.test.waitForReplicas();
    return await run();
  } finally {
    await rename('hidden', table);
    await graph.test.waitForReplicas();
  }
}

describe('a defect', () => {
  it('is masked, and the reference and the request id that its answer has find it in the log', async () => {
    const query = '{ products(first: 2) { nodes { title } } }';
    const { data, errors, headers } = await withoutTable('catalog', 'products', () => graph.ask({ query }));

    const reference = errors[0]?.extensions['reference'];
    expect({ data, errors }).toEqual({
      data: null,
      errors: [
        {
          message: 'Internal server error',
          path: ['products'],
          extensions: {
            code: 'INTERNAL_SERVER_ERROR',
            reference: expect.stringMatching(/^[0-9a-f]{12}$/),
            service: 'catalog',
          },
        },
      ],
    });
    expect(lines.filter((line) => line['reference'] === reference)).toEqual([
      expect.objectContaining({
        level: 'error',
        requestId: headers.get('x-request-id'),
        path: ['products'],
        err: expect.objectContaining({ message: expect.stringContaining('products'), stack: expect.any(String) }),
      }),
    ]);
  });
});

describe('secrets', () => {
  const email = 'secretive@people.example';
  const texts: string[] = [];
  const secrets: string[] = [];
  /** Keeps what clients are told when something fails. */
  const fail = (answer: GraphAnswer): void => {
    texts.push(JSON.stringify([answer.errors, answer.data, ...answer.headers]));
  };

  it('are in use: people register, mistype, are refused, and meet defects', async () => {
    const opened = await graph.ask({
      query: REGISTER,
      variables: { input: { email, password, displayName: 'Secretive' } },
    });
    const { accessToken, refreshToken } = opened.data.register;
    const [head, , signature] = accessToken.split('.');
    secrets.push(password, accessToken, signature, refreshToken);

    fail(await graph.ask({ query: LOG_IN, variables: { input: { email, password: `${password}!` } } }));
    // graphql-js repeats a value that does not fit its type, to whoever has sent it and to nobody else.
    await graph.ask({ query: LOG_IN, variables: { input: { email: password, password: [password] } } });
    fail(await graph.ask({ query: `{ me(password: "${password}") { id } }`, token: accessToken }));
    fail(await graph.ask({ query: '{ me { id } }', token: `${head}.e30.${signature}` }));
    fail(await graph.ask({ query: '{ me { id } }', token: refreshToken }));
    await graph.ask({ query: REFRESH, variables: { token: refreshToken } });
    fail(await graph.ask({ query: REFRESH, variables: { token: refreshToken } }));
    for (const database of ['shard_0', 'shard_1']) {
      fail(
        await withoutTable(database, 'sessions', () =>
          graph.ask({ query: LOG_IN, variables: { input: { email, password } } }),
        ),
      );
    }
    for (const path of ['/health/ready', '/health/live', '/nothing']) {
      const response = await fetch(`${graph.url}${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
      texts.push(JSON.stringify([...response.headers]), await response.text());
    }
    expect(JSON.stringify(texts)).toContain('INTERNAL_SERVER_ERROR');
  }, 60_000);

  it('are in no log', () => {
    const log = lines.map((line) => JSON.stringify(line)).join('\n');
    expect(log).toContain('unexpected error');
    expect(findSecrets(log)).toEqual([]);
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });

  it('are in no error and no header of an answer', () => {
    const told = texts.join('\n');
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { type AuditRecord, appendToAuditLog, readAuditLog } from '@tributary/prisma/audit/audit-log';
import { signedHeaders } from '@tributary/runtime/testing/signed-headers';
import { eventually } from '../kit/eventually.ts';
import { logInPeople, type People } from '../kit/people.ts';
import { line, orderUntil, placeGoodOrder, publishProduct } from '../kit/storefront.ts';
import { testSigningKey } from '../kit/subgraph-client.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const COMMAND = fileURLToPath(new URL('../../prisma/src/audit-log-command.ts', import.meta.url));
const LOG_IN = `mutation LogIn($input: LogInInput!) {
  logIn(input: $input) { __typename ... on SessionOpened { accessToken } }
}`;
const CANCEL = 'mutation Cancel($id: ID!) { cancelOrder(id: $id) { __typename } }';
const UPDATE = 'mutation Update($input: UpdateProductInput!) { updateProduct(input: $input) { __typename } }';
const ADJUST = 'mutation Adjust($input: AdjustStockInput!) { adjustStock(input: $input) { __typename } }';

let graph: TestGraph;
let people: People;
/** For commands. */
let directory: string;
let configFile: string;
/** Of a gateway that tells what it refuses. */
let url: string;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'audit_log' });
  const audit = { url: `${graph.subgraphUrl('notifications')}/refusals`, subgraph: 'notifications' };
  url = (await graph.startGateway({ audit })).url;
  people = await logInPeople(graph);
  directory = await mkdtemp(join(tmpdir(), 'tributary-audit-'));
  configFile = join(directory, 'databases.json');
  await writeFile(configFile, JSON.stringify(graph.config));
}, 120_000);
afterAll(async () => {
  await graph?.stop();
  if (directory) await rm(directory, { recursive: true });
});

const records = (query: Partial<Parameters<typeof readAuditLog>[1]> = {}) =>
  readAuditLog(graph.databases.catalog().$primary(), { limit: 1_000, ...query });
const described = (found: readonly AuditRecord[]) =>
  found.map(({ name, actor, subject, details }) => ({ name, actor, subject, details })).reverse();

describe('the audit log', () => {
  it('has orders, and changes of prices and stocks, with who made them', async () => {
    const { customer, merchant } = people;
    const product = await publishProduct(graph, merchant, { initialStock: 5, priceMinorUnits: 1_250 });
    const order = await placeGoodOrder(graph, customer, [line(product, 2)]);
    await orderUntil(graph, customer, order.id, 'CONFIRMED');
    await graph.ask({ query: CANCEL, variables: { id: order.id }, token: customer.token });
    const price = { minorUnits: 999, currency: 'EUR' };
    for (const input of [{ price }, { price, title: 'Oak egg cup' }]) {
      await graph.ask({ query: UPDATE, variables: { input: { id: product.id, ...input } }, token: merchant.token });
    }
    const adjustment = { idempotencyKey: crypto.randomUUID(), productId: product.id, delta: 3 };
    for (const _ of ['once', 'again']) {
      await graph.ask({ query: ADJUST, variables: { input: adjustment }, token: merchant.token });
    }
    await graph.untilEventsAreHandled();

    expect(described(await records({ subject: order.id }))).toEqual([
      {
        name: 'OrderPlaced',
        actor: customer.id,
        subject: order.id,
        details: { lines: [{ productId: product.id, quantity: 2 }] },
      },
      { name: 'OrderConfirmed', actor: null, subject: order.id, details: {} },
      { name: 'OrderCancelled', actor: customer.id, subject: order.id, details: {} },
    ]);
    const { id: subject } = product;
    expect(described(await records({ subject }))).toEqual([
      { name: 'ProductPublished', actor: merchant.id, subject, details: { initialStock: 5 } },
      {
        name: 'ProductPriceChanged',
        actor: merchant.id,
        subject,
        details: { before: { amountMinor: '1250', currency: 'EUR' }, after: { amountMinor: '999', currency: 'EUR' } },
      },
      { name: 'StockAdjusted', actor: merchant.id, subject, details: { delta: 3, available: 8 } },
    ]);
  });

  it('has log-ins, those that failed and what they led to, and log-outs, and neither addresses nor passwords', async () => {
    const { email, id } = people.stranger;
    const attempt = async (password: string) => {
      const { data } = await graph.ask({ query: LOG_IN, variables: { input: { email, password } } });
      return data?.logIn.accessToken;
    };
    for (let attempts = 0; attempts < 2; attempts++) await attempt('a guess at a password');
    const token = await attempt(graph.seeded.password);
    await graph.ask({ query: 'mutation { logOut { ended } }', token });
    await graph.ask({ query: 'mutation { logOutEverywhere { endedSessions } }', token: people.stranger.token });
    await graph.untilEventsAreHandled();

    const [first, second] = await records({ actor: id, name: 'LoggedIn' });
    expect(first).toMatchObject({ subject: expect.stringMatching(/^ses_/), details: { client: expect.any(String) } });
    expect(first?.subject).not.toBe(second?.subject);
    expect(described(await records({ name: 'LoggedOut' }))).toEqual([
      { name: 'LoggedOut', actor: null, subject: first?.subject, details: { reason: 'LOGGED_OUT' } },
    ]);
    expect(await records({ actor: id, name: 'LoggedOutEverywhere' })).toMatchObject([{ details: { sessions: 1 } }]);

    const { stdout } = await promisify(execFile)(process.execPath, [
      ...[COMMAND, '--email', email.toUpperCase(), '--json', '--databases', configFile],
    ]);
    const failed = stdout
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each));
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatchObject({ name: 'LogInFailed', actor: null, details: { pauseMs: expect.any(Number) } });

    const everything = JSON.stringify(described(await records()));
    expect(everything).not.toMatch(/@|guess|correct horse|127\.0\.0\.1/);
  });

  it('has what was refused, by the gateway and by subgraphs, once for many', async () => {
    const { stranger, customer, otherMerchant, merchant } = people;
    const product = await publishProduct(graph, merchant);
    const token = await graph.logIn(customer.email);
    const otherToken = await graph.logIn(otherMerchant.email);
    const ask = (query: string, by?: string, variables = {}) =>
      graph.ask({ url, query, variables, ...(by !== undefined && { token: by }) });
    for (let times = 0; times < 3; times++) await ask('{ users(first: 2) { nodes { id } } }', token);
    await ask('{ everybody: users { nodes { id } } }');
    const input = { idempotencyKey: crypto.randomUUID(), productId: product.id, delta: 1 };
    await ask(ADJUST, otherToken, { input });
    expect(stranger.id).not.toBe(customer.id);

    const refused = await eventually(
      async () => described(await records({ name: 'PermissionRefused' })),
      (found) => found.reduce((sum, { details }) => sum + Number(details['times']), 0) === 5,
    );
    const places = refused.map(({ actor, subject, details }) => [actor, subject, details['code']]);
    expect(new Set(places.map(String))).toEqual(
      new Set(
        [
          [customer.id, 'users', 'UNAUTHORIZED_FIELD_OR_TYPE'],
          [null, 'everybody', 'UNAUTHORIZED_FIELD_OR_TYPE'],
          [otherMerchant.id, 'adjustStock', 'FORBIDDEN'],
        ].map(String),
      ),
    );
  });

  it('has what was refused to somebody whom only an issuer of tokens knows', async () => {
    const refusal = { viewerId: 'issuer|7', code: 'FORBIDDEN', path: 'users', requestId: 'one', times: 1 };
    const body = JSON.stringify({ batchId: crypto.randomUUID(), refusals: [refusal] });
    const target = '/refusals';
    const response = await fetch(`${graph.subgraphUrl('notifications')}${target}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signedHeaders({ key: testSigningKey, subgraph: 'notifications', target, body }),
      },
      body,
    });
    expect(response.status).toBe(200);
    await graph.untilEventsAreHandled();
    expect(await records({ actor: refusal.viewerId })).toMatchObject([{ name: 'PermissionRefused', subject: 'users' }]);
  });

  it('is only ever added to, and takes nothing twice', async () => {
    const [some] = await records({ limit: 1 });
    if (!some) throw new Error('the log is empty');
    const before = await records();
    await appendToAuditLog(graph.databases.catalog(), { ...some, details: { another: 'text' } });
    await withConnection(graph.test.adminUrlOf('catalog'), async (admin) => {
      await admin.query("SELECT ensure_audit_partitions(date '2031-01-01', 1)");
      const { rows: tables } = await admin.query<{ name: string }>(
        "SELECT relid::regclass::text AS name FROM pg_partition_tree('audit_log')",
      );
      expect(tables.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['audit_log', 'audit_log_default', 'audit_log_2031_01_01']),
      );
      for (const change of [
        "UPDATE audit_log SET details = '{}'",
        'DELETE FROM audit_log',
        ...tables.map(({ name }) => `TRUNCATE ${name}`),
        `UPDATE audit_log SET actor = NULL WHERE event_id = ${some.eventId}`,
      ]) {
        await expect(admin.query(change)).rejects.toThrow('are neither changed nor deleted');
      }
    });
    expect(await records()).toEqual(before);
  });
});

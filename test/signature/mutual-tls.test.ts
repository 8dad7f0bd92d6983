import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway } from '@tributary/gateway/gateway';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { createLogger } from '@tributary/runtime/logging/logger';
import { signedHeaders } from '@tributary/runtime/testing/signed-headers';
import type { ServiceCertificateFiles } from '@tributary/runtime/tls/service-certificate';
import { parse } from 'graphql';
import { Agent, request } from 'undici';
import { makeTestAuthority, type TestCertificate } from '../kit/certificates.ts';
import { composeNotes, notesSchema } from './notes-graph.ts';

const key = 'the key that gateway and subgraph share';
const logger = createLogger({ service: 'notes', level: 'silent' });
const ours = makeTestAuthority('ours');
const theirs = makeTestAuthority('of somebody else');

const scope = new Scope();
let folder: string;
let subgraphUrl: string;

async function writeCertificate(name: string, { key, cert }: TestCertificate): Promise<ServiceCertificateFiles> {
  const files = ['key', 'cert', 'ca'].map((part) => join(folder, `${name}.${part}`));
  const [keyFile = '', certFile = '', caFile = ''] = files;
  await Promise.all([writeFile(keyFile, key), writeFile(certFile, cert), writeFile(caFile, ours.cert)]);
  return { keyFile, certFile, caFile };
}

beforeAll(async () => {
  folder = scope.own(await mkdtemp(join(tmpdir(), 'tributary-tls-')), (path) => rm(path, { recursive: true }));
  const subgraph = await startSubgraphServer({
    name: 'notes',
    typeDefs: parse(notesSchema),
    resolvers: { Query: { note: (_: unknown, { text }: { text: string }) => text } },
    host: '127.0.0.1',
    port: 0,
    signingKeys: [key],
    certificate: await writeCertificate('subgraph', ours.issue('notes')),
    isDevelopment: false,
    makeContext: () => ({}),
    isReady: async () => ({ isReady: true, checks: {} }),
    logger,
  });
  subgraphUrl = scope.own(subgraph).url;
}, 60_000);
afterAll(() => scope.release());

/** What a client gets from a gateway with this certificate. */
async function askGateway(certificate: ServiceCertificateFiles | undefined): Promise<unknown> {
  await using its = new Scope();
  const gateway = its.own(
    await startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphFile: await composeNotes(folder, `${subgraphUrl}/graphql`),
      subgraphUrls: new Map(),
      subgraphTimeoutMs: 5_000,
      signingKeys: [key],
      certificate,
      tokens: undefined,
      allowedOrigins: [],
      explainRoles: [],
      isDevelopment: false,
      logger,
    }),
  );
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ note(text: "a") }' }),
  });
  return await response.json();
}

/** What the subgraph answers to a caller with this certificate. */
async function callSubgraph(path: string, certificate?: TestCertificate): Promise<{ status: number; body: unknown }> {
  await using its = new Scope();
  const dispatcher = its.own(new Agent({ connect: { ca: ours.cert, ...certificate } }));
  const body = path === '/graphql' ? JSON.stringify({ query: '{ note(text: "a") }' }) : null;
  const headers = { 'content-type': 'application/json', ...(body && signedHeaders({ key, subgraph: 'notes', body })) };
  const method = body === null ? 'GET' : 'POST';
  const response = await request(subgraphUrl + path, { dispatcher, method, headers, body });
  return { status: response.statusCode, body: await response.body.json() };
}

describe('with certificates on both sides', () => {
  it('a gateway and a subgraph of one authority know each other', async () => {
    expect(subgraphUrl).toMatch(/^https:/);
    expect(await askGateway(await writeCertificate('gateway', ours.issue('gateway')))).toEqual({ data: { note: 'a' } });
    expect(await callSubgraph('/graphql', ours.issue('gateway'))).toEqual({
      status: 200,
      body: { data: { note: 'a' } },
    });
  });

  it.each<[string, TestCertificate | undefined]>([
    ['without a certificate', undefined],
    ['with one of another authority', theirs.issue('gateway')],
  ])('a caller %s is refused, though it signs', async (_what, certificate) => {
    expect(await callSubgraph('/graphql', certificate)).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'CLIENT_CERTIFICATE_REQUIRED' } }] },
    });
  });

  it('health is told to probes, which have none', async () => {
    expect(await callSubgraph('/health/ready')).toMatchObject({ status: 200, body: { isReady: true } });
  });

  it('nothing starts with a key that is not of its certificate', async () => {
    const certificate = await writeCertificate('mixed', { ...ours.issue('a'), key: ours.issue('b').key });
    await expect(askGateway(certificate)).rejects.toMatchObject({ name: 'StartError', exitCode: 2 });
  });

  it('a gateway asks no subgraph whose certificate is not of its authority', async () => {
    expect(await askGateway(undefined)).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  });
});

import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { jsonResponse } from '@tributary/runtime/http/http-message';
import { startHttpServer } from '@tributary/runtime/http/http-server';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { type AccessTokenSigner, createAccessTokenSigner } from '@tributary/subgraph-accounts/access-token';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const USERS = 20;
const REQUESTS = 600;

const scope = new Scope();
let graph: TestGraph;
beforeAll(async () => {
  graph = scope.own(await startTestGraph({ name: 'identity_rotation' }));
}, 120_000);
afterAll(() => scope.release());

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A publisher of the keys of whoever signs at the moment, which can be away. */
async function startPublisher() {
  const { issuer, audience } = graph.tokens;
  const signerOf = (privateKeyPem: string, ...otherPrivateKeyPems: string[]) =>
    createAccessTokenSigner({ privateKeyPem, otherPrivateKeyPems, issuer, audience });
  const [old, next] = [newKey(), newKey()];
  const phases = {
    old: await signerOf(old),
    both: await signerOf(next, old),
    next: await signerOf(next),
    stranger: await signerOf(newKey()),
  };
  const publisher = { signer: phases.old, isAway: false, fetches: 0 };
  const keySet = () => {
    publisher.fetches += 1;
    return publisher.isAway ? jsonResponse(503, {}) : jsonResponse(200, { keys: publisher.signer.publicKeys });
  };
  const { url } = scope.own(
    await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: 1_000,
      isReady: async () => ({ isReady: true, checks: {} }),
      handleGraphql: keySet,
      routes: { '/jwks': { GET: keySet } },
      logger: createCapturedLogger().logger,
    }),
  );
  return { publisher, phases, jwksUrl: `${url}/jwks` };
}

/** As an old user of the seed data, in a session of its own for each number. */
async function tokenOf(signer: AccessTokenSigner, number: number): Promise<string> {
  const userId = graph.seeded.marketplace.users[number % USERS]?.id ?? 0n;
  return (await signer.sign({ userId, role: 'CUSTOMER', sessionId: userId + BigInt(number) }, new Date())).text;
}

it('a key rotated under load fails no request, and the old one ends with its publication', async () => {
  const { publisher, phases, jwksUrl } = await startPublisher();
  const { issuer, audience } = graph.tokens;
  const { url } = await graph.startGateway({ tokens: { issuer, audience, keys: { jwksUrl } } });
  const statuses = new Map<number, number>();
  let number = 0;

  /** Sends requests, ten at once, each with a token that is new or a few requests old; half-way something happens. */
  async function load(requests: number, halfWay: () => void): Promise<void> {
    const recent: string[] = [];
    const end = number + requests;
    const send = async () => {
      while (number < end) {
        number += 1;
        if (number === end - requests / 2) halfWay();
        if (number % 3 === 0 || recent.length === 0) recent.push(await tokenOf(publisher.signer, number));
        const token = recent[Math.max(0, recent.length - 1 - (number % 5))];
        if (token === undefined) throw new Error('there is no token');
        const { status, data } = await graph.ask({ url, query: '{ me { id } }', token });
        const outcome = data?.me?.id ? status : 0;
        statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 10 }, send));
  }

  const ofOldKey = await tokenOf(phases.old, 1);
  await load(REQUESTS, () => {
    publisher.signer = phases.both;
  });
  expect(await statusOf(ofOldKey)).toBe(200);
  await load(REQUESTS, () => {
    publisher.isAway = true;
  });
  expect(Object.fromEntries(statuses)).toEqual({ 200: 2 * REQUESTS });
  // At the start, and when the first tokens of the new key arrived.
  expect(publisher.fetches).toBe(2);

  publisher.signer = phases.next;
  publisher.isAway = false;
  const ofStranger = await tokenOf(phases.stranger, 1);
  do expect(await statusOf(ofStranger)).toBe(401);
  while (publisher.fetches < 3);
  expect(await statusOf(ofOldKey)).toBe(401);

  async function statusOf(token: string): Promise<number> {
    return (await graph.ask({ url, query: '{ me { id } }', token })).status;
  }
}, 60_000);

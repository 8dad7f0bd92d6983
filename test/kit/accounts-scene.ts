import { generateKeyPairSync, verify } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { composeId } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { type AccountsOptions, startAccountsSubgraph } from '@tributary/subgraph-accounts/subgraph';
import { type LoneSubgraph, startLoneSubgraph } from './lone-subgraph.ts';
import { callSubgraph, type SubgraphRequest } from './subgraph-client.ts';
import type { TestBed } from './test-bed.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
/** How the subgraph signs access tokens. */
export const accessTokens = {
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  issuer: 'tributary-test',
  audience: 'tributary-test',
};
/** That of every account that is made here. */
export const password = 'correct horse battery';

export const REGISTER = `mutation ($input: RegisterInput!) {
  register(input: $input) {
    __typename
    ... on SessionOpened {
      viewer { id displayName role bio }
      accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt
    }
    ... on Refusal { code message }
  }
}`;
const LOG_IN = `mutation ($input: LogInInput!) {
  logIn(input: $input) {
    __typename
    ... on SessionOpened { viewer { id } refreshToken }
    ... on Refusal { code message }
  }
}`;
const REFRESH = `mutation ($token: String!) {
  refreshSession(refreshToken: $token) {
    __typename
    ... on SessionOpened { viewer { id } accessToken refreshToken }
    ... on Refusal { code }
  }
}`;

/** An administrator without an account. */
export const admin: Viewer = {
  userId: encodeId('user', composeId({ timeMs: Date.UTC(2026, 0, 1), logicalShard: 1, sequence: 1 })),
  role: 'ADMIN',
  sessionId: encodeId('session', composeId({ timeMs: Date.UTC(2026, 0, 1), logicalShard: 1, sequence: 1 })),
  scopes: [],
};

/** The subgraph accounts alone, and what people ask of it. */
export class AccountsScene {
  readonly bed: TestBed;
  readonly databases: Databases;
  readonly #subgraph: LoneSubgraph;

  private constructor(subgraph: LoneSubgraph) {
    this.bed = subgraph.bed;
    this.databases = subgraph.bed.databases;
    this.#subgraph = subgraph;
  }

  /** @param name names the databases, so that no two test files share any */
  static async start(name: string, options: Pick<AccountsOptions, 'passwords' | 'cache'> = {}): Promise<AccountsScene> {
    const start = (bed: TestBed['options']) => startAccountsSubgraph({ ...bed, ...options, accessTokens });
    return new AccountsScene(await startLoneSubgraph(name, start));
  }

  stop(): Promise<void> {
    return this.#subgraph.stop();
  }

  ask(query: string, request: Omit<SubgraphRequest, 'subgraph' | 'query'> = {}) {
    return callSubgraph(this.#subgraph.url, { subgraph: 'accounts', query, ...request });
  }

  /** With the name Ada; at another subgraph than that of the scene if one is given. */
  async register(email: string, { url = this.#subgraph.url }: { url?: string } = {}) {
    const variables = { input: { email, password, displayName: 'Ada' } };
    const { data, errors } = await callSubgraph(url, { subgraph: 'accounts', query: REGISTER, variables });
    return { result: data?.register, errors };
  }

  async logIn(input: { email: string; password: string }) {
    const { data, errors } = await this.ask(LOG_IN, { variables: { input } });
    expect(errors).toEqual([]);
    return data.logIn;
  }

  async refresh(token: string) {
    const { data, errors } = await this.ask(REFRESH, { variables: { token } });
    expect(errors).toEqual([]);
    return data.refreshSession;
  }

  /** A fresh account, and its owner as the gateway would tell of them. */
  async newAccount(name: string) {
    const email = `${name}@people.example`;
    const { result } = await this.register(email);
    await this.bed.test.waitForReplicas();
    const sessionId: string = result.refreshToken.split('.')[0];
    const viewer: Viewer = { userId: result.viewer.id, role: 'CUSTOMER', sessionId, scopes: [] };
    return { email, viewer, id: decodeId('user', viewer.userId), refreshToken: result.refreshToken as string };
  }
}

/** The claims of a JWT whose signature is right. */
export function claimsOf(token: string) {
  const [header = '', payload = '', signature = ''] = token.split('.');
  expect(verify(null, Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

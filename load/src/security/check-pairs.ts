import { readFile } from 'node:fs/promises';
import { createRequestHeaders } from '../bench/contenders/request-headers.ts';
import { post } from '../bench/graphql-request.ts';
import { productsQuery } from './products-query.ts';
import type { SecuredPair } from './secured-pair.ts';

const PRODUCTS = 20;

/** What a server said, whether or not it is what was asked for. */
interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Makes sure that both pairs answer with the same bytes, and that security is off in one and on in the other: signatures and repetitions at
 * the subgraph, tokens and scopes at the gateway, and what the gateway says to browsers.
 * @param gatewayKeysFile what the gateway signs with, a key a line
 * @returns how many bytes the answer has
 * @throws Error that says what is otherwise
 */
export async function checkPairs(off: SecuredPair, on: SecuredPair, gatewayKeysFile: string): Promise<number> {
  const [answer, securedAnswer] = [await answerOf(off), await answerOf(on)];
  if (answer !== securedAnswer) throw new Error(`the answers differ: ${answer} ${securedAnswer}`);
  const count = JSON.parse(answer).data?.products?.nodes?.length;
  if (count !== PRODUCTS) throw new Error(`the answer has not ${PRODUCTS} products: ${answer.slice(0, 500)}`);

  const [gatewayKey = ''] = (await readFile(gatewayKeysFile, 'utf8')).split('\n');
  const signed = createRequestHeaders({ gatewayKey })(productsQuery, 0);
  expectTaken('an unsigned request, to the subgraph without security', await ask(off.subgraph.port));
  expectRefused('an unsigned request', 'GATEWAY_SIGNATURE_REQUIRED', await ask(on.subgraph.port));
  expectTaken('a signed request', await ask(on.subgraph.port, signed));
  expectRefused('the same request once more', 'GATEWAY_SIGNATURE_REPLAYED', await ask(on.subgraph.port, signed));

  const anybody = await ask(off.gateway.port);
  expectTaken('a request without a token, to the gateway without security', anybody);
  if (isForHttpsOnly(anybody)) throw new Error('browsers are told to come by HTTPS where security is off');
  const withoutToken = await ask(on.gateway.port);
  expectRefused('a request without a token', 'UNAUTHORIZED_FIELD_OR_TYPE', withoutToken);
  if (!isForHttpsOnly(withoutToken)) throw new Error('browsers are not told to come by HTTPS');
  const forged = { authorization: `Bearer ${forge(await tokenOf(on))}` };
  expectRefused('a token that somebody else has made', 'TOKEN_INVALID', await ask(on.gateway.port, forged));
  return Buffer.byteLength(answer);
}

/** Asks twice, since a gateway answers an operation that it has seen otherwise than the first one: with no line break at the end. */
async function answerOf({ gateway, callers }: SecuredPair): Promise<string> {
  const headers = createRequestHeaders(callers)(productsQuery, 0);
  await post(gateway.port, '/graphql', productsQuery, headers);
  return post(gateway.port, '/graphql', productsQuery, headers);
}

async function tokenOf({ callers }: SecuredPair): Promise<string> {
  return createRequestHeaders(callers)(productsQuery, 0)['authorization']?.replace('Bearer ', '') ?? '';
}

/** The same claims, with a signature of zeros. */
function forge(token: string): string {
  return `${token.slice(0, token.lastIndexOf('.'))}.${Buffer.alloc(64).toString('base64url')}`;
}

async function ask(port: number, headers: Readonly<Record<string, string>> = {}): Promise<Said> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: productsQuery,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function isForHttpsOnly({ headers }: Said): boolean {
  return headers.has('strict-transport-security');
}

function expectTaken(what: string, { status, text }: Said): void {
  if (status !== 200 || 'errors' in JSON.parse(text)) throw new Error(`${what} is refused: ${status} ${text}`);
}

function expectRefused(what: string, by: string, { status, text }: Said): void {
  if (!text.includes(by) || text.includes('"nodes"')) throw new Error(`${what} is not refused: ${status} ${text}`);
}

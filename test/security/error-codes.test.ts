import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { describe, expect, it } from '@jest/globals';
import { errorCodes, isErrorCode } from '@tributary/runtime/errors/error-codes';

const checkout = resolve(import.meta.dirname, '../..');
const CATALOGUE = /^runtime\/src\/errors\/(\w+-)?error-codes\.ts$/;

/** Codes that are no `extensions.code`, and who is told them. */
const otherCodes: Readonly<Record<string, readonly string[]>> = {
  'clients, in the data: members of the result types of mutations': [
    'ALREADY_REVIEWED',
    'EMAIL_TAKEN',
    'INSUFFICIENT_STOCK',
    'INVALID_CREDENTIALS',
    'ORDER_NOT_CANCELLABLE',
    'OUT_OF_STOCK',
    'PRICE_CHANGED',
    'PRODUCTS_UNAVAILABLE',
    'PRODUCT_CHANGED',
    'RESERVATION_TIMED_OUT',
    'SESSION_ENDED',
  ],
  'who runs a command or starts a service': [
    'CONFIG_INVALID',
    'CONFIG_NOT_YAML',
    'CONFIG_UNREADABLE',
    'DATABASES_CONFIG',
    'INVALID_GRAPHQL',
    'MIGRATION',
    'REPLAY_TOO_OLD',
    'SCHEMA_UNREADABLE',
    'SEED_REFUSED',
    'SHARD_MOVE_FAILED',
    'UNKNOWN_QUEUE',
  ],
  'the relay of the outbox, which tries again, and who runs a command': ['QUEUE_UNAVAILABLE'],
  'the queue, which delivers the event again': ['DEPENDENCY_UNAVAILABLE'],
  'nobody, it is a defect': ['UNROUTABLE_EVENT'],
};

/** Where a code is given to an error: `code: 'X'`, `readonly code = 'X'`, `CODE = 'X'`, `new CodedError('X'`, `new RefusedRequest('X'`. */
const GIVEN_CODE = /(?:\bcode\??:|\bcode =|\bCODE =|\bnew \w+\()\s*'([A-Z]+(?:_[A-Z]+)*)'/g;

const sources = globSync(
  ['gateway/src/**/*.ts', 'runtime/src/**/*.ts', 'subgraphs/*/src/**/*.ts', 'prisma/src/**/*.ts'],
  {
    cwd: checkout,
  },
)
  .filter((path) => !path.endsWith('.test.ts') && !path.includes('/testing/') && !CATALOGUE.test(path))
  .map((path) => ({ path, text: readFileSync(resolve(checkout, path), 'utf8') }));

/** nginx answers, too, where no gateway does. */
const answersOfNginx = readFileSync(resolve(checkout, 'deploy/nginx/gateway.conf'), 'utf8');

const givenCodes = sources.flatMap(({ path, text }) =>
  Array.from(text.matchAll(GIVEN_CODE), ([, code = '']) => ({ code, path })),
);

describe('the codes of errors', () => {
  it('that the sources give are all in the catalogue, or told to somebody else', () => {
    const told = new Set(Object.values(otherCodes).flat());
    expect(givenCodes.length).toBeGreaterThan(50);
    expect(givenCodes.filter(({ code }) => !isErrorCode(code) && !told.has(code))).toEqual([]);
  });

  it('that are told to somebody else are all given', () => {
    const given = new Set(givenCodes.map(({ code }) => code));
    const told = Object.values(otherCodes).flat();
    expect(told.filter((code) => !given.has(code) || isErrorCode(code))).toEqual([]);
  });

  it("of the catalogue are all used, by us, by nginx before us or by Apollo's packages", () => {
    const ofApollo = new Set<string>(Object.values(ApolloServerErrorCode));
    const isUsed = (code: string) =>
      ofApollo.has(code) ||
      sources.some(({ text }) => text.includes(`'${code}'`)) ||
      answersOfNginx.includes(`"code":"${code}"`);
    expect(Object.keys(errorCodes).filter((code) => !isUsed(code))).toEqual([]);
  });
});

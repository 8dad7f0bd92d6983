import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.ts';
import { defaultLimits } from './limits/operation-limits.ts';

const KEY_FILE = { TRIBUTARY_JWT_PUBLIC_KEY_FILE: '/keys/public.pem' };
const TOKENS = { TRIBUTARY_JWT_ISSUER: 'tributary', TRIBUTARY_JWT_AUDIENCE: 'graph' };

describe('the environment', () => {
  it('need not be set: the gateway is then closed, local and anonymous', () => {
    expect(readEnvironment({})).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      isDevelopment: false,
      signingKeys: undefined,
      tokens: undefined,
      allowedOrigins: [],
      explainRoles: [],
      executor: 'compiled',
    });
  });

  it('can have Apollo execute the plans', () => {
    expect(readEnvironment({ TRIBUTARY_EXECUTOR: 'stock' })).toMatchObject({ executor: 'stock' });
    expect(() => readEnvironment({ TRIBUTARY_EXECUTOR: 'fast' })).toThrow(
      'TRIBUTARY_EXECUTOR: expected compiled or stock',
    );
  });

  it('enforces authorisation without policies unless told', () => {
    expect(readEnvironment({}).authorisation).toEqual({ policies: new Map(), unauthorised: 'remove' });
    expect(readEnvironment({ TRIBUTARY_AUTHORISATION: 'off' }).authorisation).toBe('off');
    expect(readEnvironment({ TRIBUTARY_UNAUTHORISED: 'refuse' }).authorisation).toMatchObject({
      unauthorised: 'refuse',
    });
  });

  it('lets policies in by role', () => {
    const { authorisation } = readEnvironment({ TRIBUTARY_POLICIES: 'a=b:c=ADMIN|MERCHANT, support=ADMIN' });
    if (!authorisation || authorisation === 'off') throw new Error('authorisation is off');
    const letsIn = (policy: string) =>
      (['CUSTOMER', 'MERCHANT', 'ADMIN'] as const).filter((role) =>
        authorisation.policies.get(policy)?.({ userId: 'usr_1', role, sessionId: 'ses_1', scopes: [] }),
      );

    expect([...authorisation.policies.keys()]).toEqual(['a=b:c', 'support']);
    expect(letsIn('a=b:c')).toEqual(['MERCHANT', 'ADMIN']);
    expect(letsIn('support')).toEqual(['ADMIN']);
    expect(authorisation.policies.get('support')?.(null)).toBe(false);
  });

  it.each(['support', 'support=', '=ADMIN', 'support=ROOT', 'support=ADMIN,support=MERCHANT', 'support=ADMIN|'])(
    'refuses policies like "%s"',
    (text) => {
      expect(() => readEnvironment({ TRIBUTARY_POLICIES: text })).toThrow(
        'TRIBUTARY_POLICIES: expected each policy once, as name=CUSTOMER|MERCHANT|ADMIN',
      );
    },
  );

  it('makes the whole configuration', () => {
    const options = readEnvironment({
      ...KEY_FILE,
      ...TOKENS,
      NODE_ENV: 'development',
      TRIBUTARY_GATEWAY_KEYS: `${'a'.repeat(32)},${'b'.repeat(32)}`,
      TRIBUTARY_EXPLAIN_ROLES: 'ADMIN, MERCHANT',
      SUBGRAPH_URL_ACCOUNTS: 'http://a.test,http://b.test',
    });

    expect(options).toMatchObject({
      isDevelopment: true,
      signingKeys: ['a'.repeat(32), 'b'.repeat(32)],
      tokens: { keys: { publicKeyFiles: ['/keys/public.pem'] }, issuer: 'tributary', audience: 'graph' },
      explainRoles: ['ADMIN', 'MERCHANT'],
    });
    expect([...options.subgraphUrls]).toEqual([['SUBGRAPH_URL_ACCOUNTS', 'http://a.test,http://b.test']]);
  });

  it('bounds answers at 64 MB unless told', () => {
    expect(readEnvironment({}).answerLimit).toBe(64 * 1024 * 1024);
    expect(readEnvironment({ TRIBUTARY_ANSWER_LIMIT_MB: '2' }).answerLimit).toBe(2 * 1024 * 1024);
    expect(() => readEnvironment({ TRIBUTARY_ANSWER_LIMIT_MB: '257' })).toThrow('TRIBUTARY_ANSWER_LIMIT_MB');
  });

  it('takes no batches and compresses nothing unless told', () => {
    expect(readEnvironment({})).toMatchObject({ batchLimit: 0, hasCompression: false });
    expect(readEnvironment({ TRIBUTARY_BATCH_LIMIT: '10', TRIBUTARY_COMPRESSION: 'on' })).toMatchObject({
      batchLimit: 10,
      hasCompression: true,
    });
    expect(() => readEnvironment({ TRIBUTARY_BATCH_LIMIT: '101' })).toThrow('TRIBUTARY_BATCH_LIMIT');
    expect(() => readEnvironment({ TRIBUTARY_COMPRESSION: 'gzip' })).toThrow('expected on or off');
  });

  it('tells nobody the schema in production, and browsers nothing about HTTPS, unless told', () => {
    expect(readEnvironment({})).toMatchObject({ introspectionRoles: [], httpsOnlySeconds: 0 });
    expect(
      readEnvironment({ TRIBUTARY_INTROSPECTION_ROLES: 'ADMIN', TRIBUTARY_HTTPS_ONLY_S: '31536000' }),
    ).toMatchObject({ introspectionRoles: ['ADMIN'], httpsOnlySeconds: 31_536_000 });
    expect(() => readEnvironment({ TRIBUTARY_INTROSPECTION_ROLES: 'EVERYBODY' })).toThrow(
      'TRIBUTARY_INTROSPECTION_ROLES: expected some of',
    );
  });

  it('lets clients register texts by hash, and plans ahead, unless told otherwise', () => {
    expect(readEnvironment({})).toMatchObject({
      persistedOperations: { mode: 'apq', file: undefined, ttlMs: 24 * 3_600_000 },
      warmUp: { operations: 200, limitMs: 20_000 },
    });
    expect(
      readEnvironment({
        TRIBUTARY_PERSISTED_OPERATIONS: 'safelist-by-id-only',
        TRIBUTARY_OPERATIONS_FILE: '/operations.json',
        TRIBUTARY_PERSISTED_QUERY_TTL_H: '2',
        TRIBUTARY_WARM_UP_OPERATIONS: '0',
        TRIBUTARY_WARM_UP_LIMIT_S: '5',
        TRIBUTARY_CACHE_URL: 'redis://redis.test',
      }),
    ).toMatchObject({
      persistedOperations: { mode: 'safelist-by-id-only', file: '/operations.json', ttlMs: 7_200_000 },
      warmUp: { operations: 0, limitMs: 5_000 },
      cache: { url: 'redis://redis.test' },
    });
    expect(() => readEnvironment({ TRIBUTARY_PERSISTED_OPERATIONS: 'on' })).toThrow(
      'TRIBUTARY_PERSISTED_OPERATIONS: expected apq, log-unknown, safelist, safelist-by-id-only, off',
    );
  });

  it('shares nothing between requests unless told', () => {
    expect(readEnvironment({})).toMatchObject({ sharing: 'off', sharingHeaders: [] });
    expect(
      readEnvironment({ TRIBUTARY_SHARING: 'all', TRIBUTARY_SHARING_HEADERS: 'accept-language, x-variant' }),
    ).toMatchObject({ sharing: 'all', sharingHeaders: ['accept-language', 'x-variant'] });
    expect(() => readEnvironment({ TRIBUTARY_SHARING: 'on' })).toThrow(
      'TRIBUTARY_SHARING: expected off, subgraphs, all',
    );
  });

  it('says whose tokens count, and for how long', () => {
    const { tokens } = readEnvironment({
      ...TOKENS,
      TRIBUTARY_JWT_PUBLIC_KEY_FILE: '/keys/next.pem, /keys/public.pem',
      TRIBUTARY_JWT_ALGORITHMS: 'ES256,EdDSA',
      TRIBUTARY_JWT_CLOCK_TOLERANCE_S: '30',
      TRIBUTARY_REVOCATIONS_URL: 'http://accounts.test/revocations',
      TRIBUTARY_REVOCATIONS_UNKNOWN: 'closed',
    });

    expect(tokens).toEqual({
      issuer: 'tributary',
      audience: 'graph',
      keys: { publicKeyFiles: ['/keys/next.pem', '/keys/public.pem'] },
      algorithms: ['ES256', 'EdDSA'],
      clockToleranceS: 30,
      revocations: {
        url: 'http://accounts.test/revocations',
        subgraph: 'accounts',
        whenUnknown: 'closed',
        unknownAfterMs: 10_000,
      },
    });
  });

  it('sets limits, enforced or only measured', () => {
    const { limits } = readEnvironment({ TRIBUTARY_LIMIT_DEPTH: '12', TRIBUTARY_LIMIT_ROOT_FIELDS: 'measure:7' });

    expect(limits).toEqual({
      ...defaultLimits,
      depth: { maximum: 12, isEnforced: true },
      rootFields: { maximum: 7, isEnforced: false },
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ...['0', '-1', '1e3', 'measure:', 'log:5', '1000001', '9'.repeat(20)].map(
      (text): [string, Record<string, string>, string] => [
        `the limit ${text}`,
        { TRIBUTARY_LIMIT_DEPTH: text },
        'TRIBUTARY_LIMIT_DEPTH: expected a whole number from 1 to 1000000',
      ],
    ),
    ['a role that does not exist', { TRIBUTARY_EXPLAIN_ROLES: 'ROOT' }, 'TRIBUTARY_EXPLAIN_ROLES: expected some of'],
    [
      'an algorithm that shares its secret',
      { TRIBUTARY_JWT_ALGORITHMS: 'HS256' },
      'TRIBUTARY_JWT_ALGORITHMS: expected',
    ],
    ['the algorithm none', { TRIBUTARY_JWT_ALGORITHMS: 'none' }, 'TRIBUTARY_JWT_ALGORITHMS: expected some of'],
    ['a proxy without an address', { TRIBUTARY_TRUSTED_PROXIES: 'proxy' }, 'TRIBUTARY_TRUSTED_PROXIES: expected'],
    ['a signing key that is short', { TRIBUTARY_GATEWAY_KEYS: 'short' }, 'TRIBUTARY_GATEWAY_KEYS: expected secrets'],
    ['a key without an issuer', KEY_FILE, 'TRIBUTARY_JWT_ISSUER and TRIBUTARY_JWT_AUDIENCE: are required'],
    [
      'two sources of keys',
      { ...KEY_FILE, ...TOKENS, TRIBUTARY_JWKS_URL: 'https://a.test/jwks' },
      'TRIBUTARY_JWT_PUBLIC_KEY_FILE and TRIBUTARY_JWKS_URL: only one',
    ],
    [
      'a time-out beyond the life of a signed header',
      { TRIBUTARY_SUBGRAPH_TIMEOUT_MS: '60000' },
      'TRIBUTARY_SUBGRAPH_TIMEOUT_MS',
    ],
  ])('is refused for %s', (_case, variables, message) => {
    expect(() => readEnvironment(variables)).toThrow(message);
  });
});

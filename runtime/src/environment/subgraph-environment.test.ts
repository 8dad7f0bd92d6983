import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseEnvironment } from './parse-environment.ts';
import { subgraphServerOptions, subgraphVariables } from './subgraph-environment.ts';

const [old, next] = ['o'.repeat(32), 'n'.repeat(32)];
const files = { TRIBUTARY_TLS_KEY_FILE: '/k', TRIBUTARY_TLS_CERT_FILE: '/c', TRIBUTARY_TLS_CA_FILE: '/a' };

function optionsOf(env: Record<string, string>) {
  const variables = z.object(subgraphVariables(4001));
  return subgraphServerOptions(parseEnvironment(variables, { TRIBUTARY_DATABASES_FILE: 'databases.json', ...env }));
}

describe('the environment of a subgraph', () => {
  it('has the keys of the gateway, or their file', () => {
    expect(optionsOf({ TRIBUTARY_GATEWAY_KEYS: `${next},${old}` })).toMatchObject({
      signingKeys: [next, old],
      signatureWindowMs: 30_000,
      certificate: undefined,
    });
    expect(optionsOf({ TRIBUTARY_GATEWAY_KEYS_FILE: '/keys', TRIBUTARY_SIGNATURE_WINDOW_MS: '5000' })).toMatchObject({
      signingKeys: { file: '/keys' },
      signatureWindowMs: 5_000,
    });
  });

  it('may have a certificate', () => {
    expect(optionsOf({ TRIBUTARY_GATEWAY_KEYS: old, ...files }).certificate).toEqual({
      keyFile: '/k',
      certFile: '/c',
      caFile: '/a',
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['no key', {}, 'TRIBUTARY_GATEWAY_KEYS or TRIBUTARY_GATEWAY_KEYS_FILE: is required'],
    [
      'keys twice',
      { TRIBUTARY_GATEWAY_KEYS: old, TRIBUTARY_GATEWAY_KEYS_FILE: '/keys' },
      'only one of them can be set',
    ],
    ['a short key', { TRIBUTARY_GATEWAY_KEYS: `${old},short` }, 'expected secrets of at least 32 bytes each'],
    [
      'half a certificate',
      { TRIBUTARY_GATEWAY_KEYS: old, ...files, TRIBUTARY_TLS_CA_FILE: '' },
      'are required together',
    ],
  ])('is refused with %s', (_what, env, problem) => {
    expect(() => optionsOf(env)).toThrow(problem);
  });
});

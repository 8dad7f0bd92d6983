import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';

const checkout = resolve(import.meta.dirname, '../..');
const sources = globSync(['gateway/src/**/*.ts', 'runtime/src/**/*.ts', 'subgraphs/*/src/**/*.ts'], { cwd: checkout })
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => readFileSync(resolve(checkout, path), 'utf8'));

/** The variables that the services read, by the schemas that name them. */
const variables = new Set(
  sources.flatMap((text) =>
    Array.from(text.matchAll(/^ {2,4}([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+): /gm), ([, name = '']) => name),
  ),
);

/** What is a secret, or holds one, by its name. */
const SECRET = /(?:KEYS?|SECRETS?|PASSWORDS?|REDIS_URL|DATABASE_URL|AMQP_URL)$/;

it('every secret among the variables of the services can be given as a file', () => {
  const secrets = [...variables].filter((name) => SECRET.test(name));
  expect(secrets).toContain('TRIBUTARY_GATEWAY_KEYS');
  expect(secrets.filter((name) => !variables.has(`${name}_FILE`))).toEqual([]);
});

import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { EnvironmentError } from './environment-error.ts';
import { gatewayKeysVariables } from './gateway-keys-variables.ts';
import { parseEnvironment } from './parse-environment.ts';
import { portVariable, serviceVariables } from './variables.ts';

const schema = z.object({
  ...serviceVariables,
  PORT: portVariable(4001),
  KEYS: gatewayKeysVariables.TRIBUTARY_GATEWAY_KEYS,
  FILE: z.string().describe('path of a JSON file'),
});
const key = 'k'.repeat(32);

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    parseEnvironment(schema, env);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseEnvironment', () => {
  it('fills in defaults and converts what it reads', () => {
    expect(parseEnvironment(schema, { KEYS: `${key}, ${key}`, FILE: 'a.json', PORT: '0', OTHER: 'x' })).toEqual({
      HOST: '127.0.0.1',
      NODE_ENV: 'production',
      LOG_LEVEL: 'info',
      TRIBUTARY_STOP_NOTICE_MS: 500,
      TRIBUTARY_METRICS_HOST: '127.0.0.1',
      TRIBUTARY_REQUEST_LOG_PER_S: 0,
      PORT: 0,
      KEYS: [key, key],
      FILE: 'a.json',
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(parseEnvironment(schema, { KEYS: key, FILE: 'a.json', PORT: '' }).PORT).toBe(4001);
  });

  it('reports every problem at once, naming the variable and what is expected', () => {
    expect(problemsOf({ KEYS: key, PORT: '70000', LOG_LEVEL: 'loud' })).toEqual([
      'LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent',
      'PORT: expected a whole number from 0 to 65535 (TCP port, 0 for any free one)',
      'FILE: is required (path of a JSON file)',
    ]);
  });

  it.each(['', '-1', '1.5', '1e3', '0x10', ' 80', 'http'])('takes %j for no port', (PORT) => {
    expect(problemsOf({ KEYS: key, FILE: 'a.json', PORT })).toHaveLength(PORT === '' ? 0 : 1);
  });

  it('never repeats the value of a variable, and ends the process with 2', () => {
    const secret = 'too-short';
    const problems = problemsOf({ KEYS: secret, FILE: 'a.json' });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain(secret);
    expect(new EnvironmentError(problems).exitCode).toBe(2);
  });
});

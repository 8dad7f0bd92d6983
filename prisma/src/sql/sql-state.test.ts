import { describe, expect, it } from '@jest/globals';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { sqlStateOf } from './sql-state.ts';

const failure = {
  kind: 'postgres',
  originalCode: 'TB001',
  code: 'TB001',
  severity: 'ERROR',
  message: 'refused',
  detail: undefined,
  column: undefined,
  hint: undefined,
} as const;

describe('the SQLSTATE of an error', () => {
  it.each([
    ["pg's own error", { code: '42P01' }, '42P01'],
    ["the adapter's error", new DriverAdapterError(failure), 'TB001'],
    ["Prisma's error", { code: 'P2010', meta: { driverAdapterError: new DriverAdapterError(failure) } }, 'TB001'],
  ])('is found in %s', (_, error, state) => {
    expect(sqlStateOf(error)).toBe(state);
  });

  it.each([
    ["Prisma's error of its own", { code: 'P2025', meta: { cause: 'no record' } }],
    ['a socket error', { code: 'ECONNREFUSED' }],
    ['a failure to connect', new DriverAdapterError({ kind: 'DatabaseNotReachable', host: 'h', port: 1 })],
    ['nothing', undefined],
    ['a text', '42P01'],
  ])('is not made up for %s', (_, error) => {
    expect(sqlStateOf(error)).toBeUndefined();
  });
});

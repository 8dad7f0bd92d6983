import { describe, expect, it } from '@jest/globals';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { connectionFailureOf } from './connection-failure.ts';

const withState = (code: string) =>
  new DriverAdapterError({
    kind: 'postgres',
    originalCode: code,
    code,
    severity: 'FATAL',
    message: 'message',
    detail: undefined,
    column: undefined,
    hint: undefined,
  });

describe('a failure to talk to a server', () => {
  it.each([
    ['a refused connection', new DriverAdapterError({ kind: 'DatabaseNotReachable', host: 'h', port: 1 })],
    ['a closed connection', new DriverAdapterError({ kind: 'ConnectionClosed' })],
    ['an error that tried several addresses', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
    ['a server that shuts down', withState('57P01')],
    ['a server that starts', withState('57P03')],
    ['a broken protocol', withState('08P01')],
    ['a transaction whose process hung', withState('25P03')],
    ['a connection that died in the middle', new Error('Connection terminated unexpectedly')],
    ['a client that died before', new Error('Client has encountered a connection error and is not queryable')],
    ['a server that stays silent', new Error('Query read timeout')],
  ])('is unreachable: %s', (_, error) => {
    expect(connectionFailureOf(error)).toBe('unreachable');
  });

  it.each([
    ['a pool without a free connection', new Error('timeout exceeded when trying to connect')],
    ['a server without a free connection', withState('53300')],
  ])('is overloaded: %s', (_, error) => {
    expect(connectionFailureOf(error)).toBe('overloaded');
  });

  it('is of a server without its role: a write that a replica refused', () => {
    expect(connectionFailureOf(withState('25006'))).toBe('without-primary');
  });

  it.each([
    ['a refused statement', withState('TB001')],
    ['a cancelled statement', withState('57014')],
    ['a missing database', new DriverAdapterError({ kind: 'DatabaseDoesNotExist', db: 'd' })],
    ['a wrong password', new DriverAdapterError({ kind: 'AuthenticationFailed', user: 'u' })],
    ['a defect', new TypeError('x is not a function')],
  ])('is not %s', (_, error) => {
    expect(connectionFailureOf(error)).toBeUndefined();
  });
});

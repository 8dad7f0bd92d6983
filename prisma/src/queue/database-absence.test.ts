import { describe, expect, it } from '@jest/globals';
import { DatabaseUnavailableError } from '../errors/database-unavailable-error.ts';
import { ShardMovingError } from '../errors/shard-moving-error.ts';
import { isDatabaseAway } from './database-absence.ts';

const prismaError = (message: string) => Object.assign(new Error(message), { code: 'P2028' });

describe('a database that is away', () => {
  it.each([
    [
      'cannot be reached',
      new DatabaseUnavailableError({ database: 'shard_0', node: '::1', reason: 'unreachable' }, null),
    ],
    ['gives its logical shard away', new ShardMovingError(null)],
    ['is not what is away', Object.assign(new Error('no Redis'), { code: 'DEPENDENCY_UNAVAILABLE' })],
    [
      'has no connection to spare',
      prismaError('Transaction API error: Unable to start a transaction in the given time.'),
    ],
  ])('is told from a defect when it %s', (_reason, error) => {
    expect(isDatabaseAway(error)).toBe(true);
  });

  it.each([
    ['a plain error', new Error('DATABASE_UNAVAILABLE')],
    ['a transaction that took too long', prismaError('Transaction API error: Transaction already closed')],
    ['nothing at all', undefined],
  ])('is not what %s tells of', (_reason, error) => {
    expect(isDatabaseAway(error)).toBe(false);
  });
});

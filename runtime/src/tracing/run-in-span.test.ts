import { expect, it } from '@jest/globals';
import { CodedError } from '../errors/coded-error.ts';
import { RecordedTracing } from '../testing/recorded-tracing.ts';
import { runInSpan } from './run-in-span.ts';

it.each([
  ['an error of the catalogue', new CodedError('NOT_FOUND', 'no account hunter2'), 'NOT_FOUND'],
  ['one of a driver', Object.assign(new Error('Key (email)=(hunter2) exists'), { code: '23505' }), '23505'],
  ['a defect', new TypeError('hunter2 is not iterable'), 'TypeError'],
  ['no error at all', 'hunter2', 'an error without a code'],
])('a span says why it failed without the values that messages hold: %s', async (_name, thrown, reason) => {
  const tracing = new RecordedTracing();
  const { span } = tracing.begin('work', undefined);
  if (!span) throw new Error('nothing is recorded');
  const run = () => Promise.reject(thrown);
  await expect(runInSpan(span, run)).rejects.toBe(thrown);
  expect(tracing.ended.map(({ failure }) => failure)).toEqual([reason]);
});

import { describe, expect, it } from '@jest/globals';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { buildSchema, parse, validate } from 'graphql';
import { createLimitsRule } from './limits-rule.ts';
import { defaultLimits, type LimitName, type OperationLimits } from './operation-limits.ts';

const schema = buildSchema('type Query { user: User } type User { id: ID! friend: User }');
/** Deeper than is read. */
const endless = `{ ${'user { ... { friend { '.repeat(400)} id ${'} } }'.repeat(400)} }`;
const doubling = Array.from({ length: 30 }, (_, n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`).join(' ');
/** No deeper than a limit, and larger than is counted. */
const explosive = `{ user { ...F0 } } ${doubling} fragment F30 on User { id }`;

function check(query: string, limits: OperationLimits = defaultLimits) {
  const { logger, lines } = createCapturedLogger();
  const [refusal] = validate(schema, parse(query), [createLimitsRule(limits, logger)]);
  return { refusal: refusal && { message: refusal.message, ...refusal.extensions }, lines };
}

function measuring(...names: LimitName[]): OperationLimits {
  const changes = names.map((name) => [name, { ...defaultLimits[name], isEnforced: false }]);
  return { ...defaultLimits, ...Object.fromEntries(changes) };
}

describe('the rule of limits', () => {
  it('says how large an operation is where it was counted, to its caller and in the log', () => {
    const { refusal, lines } = check(`{ user { ${'id '.repeat(2_000)} } }`);

    expect(refusal).toMatchObject({ limit: 'fields', actual: 2_001, message: expect.stringMatching(/has 2001$/) });
    expect(lines).toMatchObject([{ limit: 'fields', maximum: 1_500, actual: 2_001, isEnforced: true }]);
  });

  it('says no number for an operation that is too deep to be counted, and logs no other limit for it', () => {
    const { refusal, lines } = check(endless);

    expect(refusal).toEqual({
      message: 'The limit is 30 levels of depth; the operation has more',
      code: 'OPERATION_TOO_LARGE',
      limit: 'depth',
      maximum: 30,
    });
    expect(lines).toMatchObject([{ limit: 'depth', maximum: 30 }]);
    expect(lines[0]).not.toHaveProperty('actual');
  });

  it('logs every limit that an operation exceeds by itself, without a number where counting stopped', () => {
    const { refusal, lines } = check(explosive);

    expect(refusal).not.toHaveProperty('actual');
    expect(lines.map(({ limit }) => limit)).toEqual(['fields', 'typedFields', 'fragments']);
    for (const line of lines) expect(line).not.toHaveProperty('actual');
  });

  it('refuses what is too deep to be counted even where depth is only measured', () => {
    const { refusal, lines } = check(endless, measuring('depth'));

    expect(refusal).toMatchObject({ limit: 'fields' });
    expect(lines.map(({ limit, isEnforced }) => [limit, isEnforced])).toEqual([
      ['depth', false],
      ['fields', true],
    ]);
  });
});

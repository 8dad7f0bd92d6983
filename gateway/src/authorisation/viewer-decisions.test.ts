import { describe, expect, it } from '@jest/globals';
import type { Policies, Policy } from './policies.ts';
import { createDecider } from './viewer-decisions.ts';

const requirements = [
  { kind: 'authenticated' },
  { kind: 'scopes', anyOf: [['a', 'b'], ['c']] },
  { kind: 'policies', anyOf: [['even', 'odd'], ['open']] },
  { kind: 'scopes', anyOf: [] },
  { kind: 'scopes', anyOf: [[]] },
] as const;

const viewerOf = (...scopes: string[]) => ({ userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1', scopes }) as const;

function decider(policies: Policies = new Map(), failures: string[] = []) {
  return createDecider(requirements, policies, (policy) => failures.push(policy));
}

describe('decisions', () => {
  it.each([
    [null, '-0-1'],
    [viewerOf(), '+0-1'],
    [viewerOf('a'), '+0-1'],
    [viewerOf('b', 'a'), '+0+1'],
    [viewerOf('c'), '+0+1'],
  ])('about %j are %s', async (viewer, key) => {
    const decisions = await decider().decide(viewer, [0, 1]);

    expect(decisions.key).toBe(key);
    expect([0, 1].map(decisions.isMet)).toEqual([key[0] === '+', key[2] === '+']);
  });

  it('are those about the requirements that an operation has, under the same names for all operations', async () => {
    const of = decider();

    expect((await of.decide(viewerOf(), [0])).key).toBe('+0');
    expect((await of.decide(viewerOf(), [1])).key).toBe('-1');
  });

  it('let nobody in without an alternative, and everybody with one that asks for nothing', async () => {
    expect((await decider().decide(viewerOf('a'), [3, 4])).key).toBe('-3+4');
    expect((await decider().decide(null, [4])).key).toBe('+4');
  });

  it('are there at once where no policy is asked', () => {
    expect(decider().decide(null, [0, 1])).not.toBeInstanceOf(Promise);
  });

  it.each<[string, [string, Policy][], string]>([
    [
      'are met',
      [
        ['even', () => true],
        ['odd', async () => true],
      ],
      '+2',
    ],
    ['are met in part', [['even', () => true]], '-2'],
    ['are met in another alternative', [['open', () => true]], '+2'],
    ['are not known', [], '-2'],
  ])('about policies that %s are %s', async (_case, policies, key) => {
    expect((await decider(new Map(policies)).decide(null, [2])).key).toBe(key);
  });

  it('go against a policy that fails, and tell of it', async () => {
    const failures: string[] = [];
    const failing = new Map<string, Policy>([
      [
        'open',
        () => {
          throw new Error('no answer');
        },
      ],
    ]);

    expect((await decider(failing, failures).decide(null, [2])).key).toBe('-2');
    expect(failures).toEqual(['open']);
  });

  it('ask a policy again every time', async () => {
    let isOpen = false;
    const of = decider(new Map([['open', () => isOpen]]));
    expect((await of.decide(null, [2])).key).toBe('-2');
    isOpen = true;

    expect((await of.decide(null, [2])).key).toBe('+2');
  });
});

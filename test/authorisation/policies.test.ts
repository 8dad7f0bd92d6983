import { describe, expect, it } from '@jest/globals';
import type { Policies, Policy } from '@tributary/gateway/authorisation/policies';
import { createGuardedGraph } from './guarded-graph.ts';
import { refusedAt } from './refused-at.ts';

describe('a policy', () => {
  const schemas = {
    desk: `
      type Query { tickets: Int @policy(policies: [["support", "awake"], ["boss"]]) open: Int other: Int @policy(policies: [["unknown"]]) }`,
  };
  const asked: string[] = [];
  const policies: Policies = new Map<string, Policy>([
    ['support', async () => asked.push('support') > 0],
    ['awake', () => asked.push('awake') > 0],
    ['boss', () => Promise.reject(new Error('no idea'))],
  ]);

  it('decides whenever an operation asks for it, once each', async () => {
    const graph = await createGuardedGraph(schemas, { policies });
    await graph.ask('{ open }');
    expect(asked).toEqual([]);

    const { data, errors } = await graph.ask('{ tickets again: tickets }');
    expect({ data, errors }).toEqual({ data: { tickets: expect.any(Number), again: expect.any(Number) }, errors: [] });
    expect(asked.sort()).toEqual(['awake', 'support']);
  });

  it('lets nobody in when it fails or is not known', async () => {
    const graph = await createGuardedGraph(schemas, { policies: new Map([...policies].slice(2)) });

    expect((await graph.ask('{ tickets other open }')).errors).toEqual([refusedAt('tickets'), refusedAt('other')]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { NO_POSITIONS } from '@tributary/runtime/cache/positions';
import { buildSchema, parse } from 'graphql';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';
import { fillQuery } from './query-fill.ts';

const asked: GatewayOperation = {
  schema: buildSchema('type Query { a: Int }'),
  document: parse('{ a }'),
  operationName: undefined,
  variables: {},
  context: { requestId: 'r', viewer: null, subgraphHeaders: () => [], explain: undefined },
};

/** A gateway that asks one subgraph, which allows everybody to keep its answer. */
function gatewayDeciding(decisionKey: string): Pick<CompiledGateway, 'answerObserved'> {
  return {
    answerObserved: async ({ onReceived }) => {
      const answer = { data: { a: 1 }, errors: [], extensions: { apolloCacheTags: ['a:1'] } };
      onReceived?.({ answer, responseBytes: 12, cacheControl: 'max-age=60, public' });
      return { dataText: '{"a":1}', errors: [], decisionKey };
    },
  };
}

const fill = async (decided: string, expected: string) => {
  const options = { decisionKey: expected, nowMs: 0, minimumPositions: NO_POSITIONS, deadlineMs: undefined };
  const { kept } = await fillQuery(gatewayDeciding(decided), asked, options);
  return kept;
};

describe('fillQuery', () => {
  it('keeps for everybody what subgraphs allow everybody to keep', async () => {
    expect(await fill('', '')).toMatchObject({ scope: 'public', maxAgeS: 60, tags: ['a:1'] });
  });

  it('keeps for its viewer alone what not everybody may see, whatever subgraphs say', async () => {
    expect(await fill('+1', '+1')).toMatchObject({ scope: 'private', maxAgeS: 60, tags: ['a:1'] });
  });

  it('keeps nothing that was decided otherwise than its key says', async () => {
    expect(await fill('+1', '')).toBe('nothing');
  });
});

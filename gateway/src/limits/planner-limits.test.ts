import { composeServices } from '@apollo/composition';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { plannerRefusal } from './planner-limits.ts';
import { queryPlannerConfig } from './query-planner-config.ts';

const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';

/** Each of four subgraphs has `twin` of each of the types of `Thing`: 4 to the power of the types are the ways to reach it. */
function plan(types: number, query: string) {
  const services = Array.from({ length: 4 }, (_, subgraph) => ({
    name: `s${subgraph}`,
    url: '',
    typeDefs: parse(
      [
        FEDERATION,
        subgraph === 0 ? 'type Query { things: [Thing] }' : '',
        'interface Thing { id: ID! twin: Thing }',
        ...Array.from(
          { length: types },
          (_, type) => `type T${type} implements Thing @key(fields: "id") { id: ID! twin: Thing @shareable }`,
        ),
      ].join('\n'),
    ),
  }));
  const { supergraphSdl } = composeServices(services);
  const supergraph = Supergraph.build(supergraphSdl ?? '');
  const planner = new QueryPlanner(supergraph, queryPlannerConfig);
  return planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), parse(query)));
}

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('the planner', () => {
  it('plans where there are some ways to reach a field', () => {
    expect(plan(2, '{ things { twin { id } } }').node?.kind).toBe('Fetch');
  });

  it('gives up where there are thousands, which is a refusal', () => {
    const refusal = plannerRefusal(errorOf(() => plan(6, '{ things { twin { id } } }')));

    expect(refusal?.toJSON()).toEqual({
      message: 'There are too many ways to plan the operation',
      extensions: { code: 'OPERATION_TOO_LARGE', limit: 'planning' },
    });
  });

  it('has errors that are defects, which are no refusals', () => {
    expect(plannerRefusal(new TypeError('x is undefined'))).toBeUndefined();
    expect(plannerRefusal(undefined)).toBeUndefined();
  });
});

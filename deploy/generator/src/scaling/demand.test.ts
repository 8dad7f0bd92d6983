import { describe, expect, it } from '@jest/globals';
import { type Allowances, demandOf, type Traffic } from './demand.ts';
import { readMeasuredCosts } from './measured-costs.ts';

const costs = {
  keptAnswerMs: 0.02,
  executedQueryMs: 0.4,
  subgraphRequests: 6,
  answerBytes: 5_000,
  subgraphRequestMs: 0.2,
};
const traffic: Traffic = {
  requestsPerSecond: 10_000,
  keptShare: 0.8,
  writeShare: 0.01,
  statementsPerRequest: 0.6,
  keptAnswers: 1_000,
  keptEntities: 2_000,
};
const allowances: Allowances = {
  utilisation: 0.5,
  zones: 3,
  databaseFactor: 2,
  statementsPerServer: 4_000,
  eventsPerRelay: 100,
  eventsPerWrite: 2,
  entityBytes: 300,
  keyBytes: 200,
};

describe('demandOf', () => {
  it('adds what kept and executed answers take, and keeps a zone to spare', () => {
    expect(demandOf(traffic, costs, allowances)).toEqual({
      gatewayCores: expect.closeTo(0.96),
      gatewayPods: 3,
      subgraphRequestsPerSecond: expect.closeTo(12_000),
      subgraphCores: expect.closeTo(4.8),
      subgraphPods: 15,
      statementsPerSecond: 6_000,
      postgresServers: 3,
      shards: 4,
      redisBytes: 1_000 * 5_200 + 2_000 * 500,
      answerBytesPerSecond: 50_000_000,
    });
  });

  it('never goes below two of anything', () => {
    const { gatewayPods, subgraphPods, shards } = demandOf({ ...traffic, requestsPerSecond: 1 }, costs, {
      ...allowances,
      zones: 1,
    });
    expect([gatewayPods, subgraphPods, shards]).toEqual([2, 2, 2]);
  });
});

describe('readMeasuredCosts', () => {
  const measurement = (contenderId: string, queryId: string, ...cpuMs: number[]) => ({
    contenderId,
    queryId,
    checked: { bytes: 5_000, subgraphRequests: 6 },
    rounds: cpuMs.map((each) => ({ saturated: { answers: 10, cpuMs: each } })),
  });

  it('takes the median of the rounds', () => {
    const measurements = [
      measurement('tributary-secured', 'lists', 9, 4, 3),
      measurement('tributary-answers', 'light-again', 0.2),
      measurement('subgraph', 'entities', 2),
    ];
    expect(readMeasuredCosts({ sections: [{ measurements }] })).toEqual(costs);
  });

  it('says what was not measured', () => {
    expect(() => readMeasuredCosts({ sections: [] })).toThrow('tributary-secured with lists');
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { createReachability } from './reachability.ts';
import type { ReceivedAnswer, SubgraphClient } from './subgraph-client.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

const GOOD: ReceivedAnswer = {
  answer: { data: { __typename: 'Query' }, errors: [], extensions: {} },
  responseBytes: 33,
};
const ROUND_MS = 1_001;
const REACHED = { isReady: true, checks: { 'subgraph books': { isOk: true } } };
const UNREACHED = {
  isReady: true,
  checks: { 'subgraph books': { isOk: false, why: 'The subgraph "books" did not answer in time' } },
};

/** The requests that the subgraph got, each of which a test answers. */
let requests: PromiseWithResolvers<ReceivedAnswer>[];
let nowMs: number;
let readiness: ReturnType<typeof createReachability>;
beforeEach(() => {
  requests = [];
  nowMs = 0;
  const client: SubgraphClient = {
    name: 'books',
    send() {
      const request = Promise.withResolvers<ReceivedAnswer>();
      requests.push(request);
      return request.promise;
    },
    stop: async () => undefined,
  };
  readiness = createReachability(
    () => [client],
    () => [],
    () => nowMs,
  );
});

const timeOut = () => new SubgraphFailure('SUBGRAPH_TIMEOUT', 'books', undefined);

describe('whether subgraphs can be reached', () => {
  it('is told at once while one hangs, which is asked no second time meanwhile', async () => {
    const first = readiness();
    requests[0]?.resolve(GOOD);
    await first;
    const answers = [];
    for (let probe = 0; probe < 3; probe++) {
      nowMs += ROUND_MS;
      answers.push(await readiness());
    }

    expect(answers).toEqual([REACHED, REACHED, REACHED]);
    expect(requests).toHaveLength(2);
  });

  it('is what the last round came to that has ended', async () => {
    const first = [readiness(), readiness()];
    requests[0]?.reject(timeOut());
    const told = await Promise.all(first);
    nowMs += ROUND_MS;
    told.push(await readiness());
    requests[1]?.resolve(GOOD);
    await new Promise(setImmediate);
    told.push(await readiness());

    expect(told).toEqual([UNREACHED, UNREACHED, UNREACHED, REACHED]);
    expect(requests).toHaveLength(2);
  });

  it('is asked no sooner than a second after the last round began', async () => {
    const first = readiness();
    requests[0]?.resolve(GOOD);
    await first;
    await readiness();
    nowMs += ROUND_MS;
    await readiness();

    expect(requests).toHaveLength(2);
  });
});

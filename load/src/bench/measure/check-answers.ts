import { isDeepStrictEqual } from 'node:util';
import { createRequestHeaders } from '../contenders/request-headers.ts';
import type { RunningContender } from '../contenders/start-contender.ts';
import { post } from '../graphql-request.ts';
import type { BenchQuery } from '../queries.ts';

/** What a right answer of one contender to one query is like. */
export interface CheckedAnswer {
  /** Answers to one query are equal as JSON and may yet differ in length, by white space. */
  readonly bytes: number;
  /** Requests to subgraphs for one query with nothing else under way. */
  readonly subgraphRequests: number;
}

/**
 * Asks every query twice, as the second time is what a running gateway does.
 * @returns by query id
 * @throws Error when an answer is not the reference's
 */
export async function checkAnswers(
  { port, contender }: RunningContender,
  queries: readonly BenchQuery[],
  {
    references,
    countSubgraphRequests,
  }: {
    /** The right answer by request body. */
    readonly references: ReadonlyMap<string, string>;
    readonly countSubgraphRequests: () => Promise<number>;
  },
): Promise<Map<string, CheckedAnswer>> {
  const checked = new Map<string, CheckedAnswer>();
  const headersOf = createRequestHeaders(contender);
  for (const { id, body } of queries) {
    const ask = () => post(port, '/graphql', body, headersOf(body, 0));
    await ask();
    const before = await countSubgraphRequests();
    const answer = await ask();
    const subgraphRequests = (await countSubgraphRequests()) - before;
    if (!isDeepStrictEqual(JSON.parse(answer), JSON.parse(references.get(body) ?? ''))) {
      throw new Error(`it answers ${id} wrongly: ${answer.slice(0, 500)}`);
    }
    checked.set(id, { bytes: Buffer.byteLength(answer), subgraphRequests });
  }
  return checked;
}

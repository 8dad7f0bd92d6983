import { checkEntities, type ExpectedList } from '../../subgraph-fetch/entities-check.ts';
import { AbandonedError, type AbortState } from '../../subgraph-fetch/exchange.ts';
import type { SubgraphAnswer } from '../../subgraph-fetch/subgraph-answer.ts';
import type { ReceivedAnswer } from '../../subgraph-fetch/subgraph-client.ts';
import { SubgraphFailure } from '../../subgraph-fetch/subgraph-failure.ts';

/** One request to a subgraph. */
export interface SubgraphRequest {
  subgraph: string;
  /** A GraphQL request as JSON text. */
  body: string;
  /** Where in the client's answer it adds its data (`products.@.reviews`; several are set apart by spaces); empty for root fields. */
  path: string;
  /** How many entities it asks for; 0 for root fields. */
  representations: number;
  operationKind: 'query' | 'mutation';
  /** Whether it is a mutation, and what it changes is changed once for each idempotency key. */
  takesIdempotencyKey?: boolean;
}

/**
 * Sends a request; rejects with a `SubgraphFailure`.
 * @param signal aborted when nobody waits for the answer any more; never given for a mutation
 */
export type SubgraphTransport = (request: SubgraphRequest, signal?: AbortState) => Promise<ReceivedAnswer>;

/** Is told of every request that was sent, after its end; it began at a `performance.now()`. */
export type RequestObserver = (
  request: SubgraphRequest,
  outcome: ReceivedAnswer | SubgraphFailure,
  startedAtMs: number,
) => void;

/** What came of a request. A shared answer has gone to another part of the plan before. */
export interface Fetched {
  outcome: SubgraphAnswer | SubgraphFailure;
  isShared: boolean;
}

/** Sends the requests of one operation. */
export interface Fetcher {
  /**
   * @param identity equal for requests that are answered alike, which are sent once, or once after each mutation; `undefined` for
   * one that is always sent
   * @param expected the lists of entities that an answer has to have; none for root fields
   */
  fetch(request: SubgraphRequest, identity: string | undefined, expected?: readonly ExpectedList[]): Promise<Fetched>;
}

const NO_LISTS: readonly ExpectedList[] = [];

/**
 * A fetcher for one operation of one client. Nothing is kept for others.
 * @param signal ends queries; a mutation goes on, since one that is half done is worse than an answer that nobody reads
 */
export function createFetcher(
  transport: SubgraphTransport,
  { observe, signal }: { observe?: RequestObserver | undefined; signal?: AbortState | undefined },
): Fetcher {
  /** Made where a plan repeats a request: most never do. */
  let sent: Map<string, Promise<Fetched>> | undefined;

  async function send(request: SubgraphRequest, expected: readonly ExpectedList[]): Promise<Fetched> {
    const ending = request.operationKind === 'query' ? signal : undefined;
    if (ending?.aborted) {
      const outcome = new SubgraphFailure('SUBGRAPH_UNAVAILABLE', request.subgraph, new AbandonedError());
      return { outcome, isShared: false };
    }
    const startedAtMs = performance.now();
    let outcome: ReceivedAnswer | SubgraphFailure;
    try {
      outcome = checkEntities(await transport(request, ending), expected, request.subgraph);
    } catch (error) {
      outcome =
        error instanceof SubgraphFailure ? error : new SubgraphFailure('SUBGRAPH_UNAVAILABLE', request.subgraph, error);
    }
    observe?.(request, outcome, startedAtMs);
    return { outcome: outcome instanceof SubgraphFailure ? outcome : outcome.answer, isShared: false };
  }

  async function sendOnce(
    request: SubgraphRequest,
    identity: string,
    expected: readonly ExpectedList[],
  ): Promise<Fetched> {
    sent ??= new Map();
    const known = sent.get(identity);
    if (known) return { ...(await known), isShared: true };
    const sending = send(request, expected);
    sent.set(identity, sending);
    return await sending;
  }

  return {
    fetch(request, identity, expected = NO_LISTS) {
      // What was answered before a mutation may be otherwise after it. Nothing else is under way beside one.
      if (request.operationKind === 'mutation') sent = undefined;
      return identity === undefined ? send(request, expected) : sendOnce(request, identity, expected);
    },
  };
}

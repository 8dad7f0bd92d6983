import type { SubgraphAnswer } from '../subgraph-fetch/subgraph-answer.ts';
import { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';

/** One request to a subgraph. */
export interface SubgraphRequest {
  subgraph: string;
  /** A GraphQL request as JSON text. */
  body: string;
  /** Where in the client's answer it adds its data (`products.@.reviews`); empty for root fields. */
  path: string;
  /** How many entities it asks for; 0 for root fields. */
  representations: number;
  operationKind: 'query' | 'mutation';
}

/** A subgraph's answer and how large it was on the wire. */
export interface SubgraphReply {
  answer: SubgraphAnswer;
  responseBytes: number;
}

/** Sends a request; rejects with a `SubgraphFailure`. */
export type SubgraphTransport = (request: SubgraphRequest) => Promise<SubgraphReply>;

/** Is told of every request that was sent, after its end. */
export type RequestObserver = (
  request: SubgraphRequest,
  outcome: SubgraphReply | SubgraphFailure,
  durationMs: number,
) => void;

/** What came of a request. A shared answer has gone to another part of the plan before. */
export interface Fetched {
  outcome: SubgraphAnswer | SubgraphFailure;
  isShared: boolean;
}

/** Sends the requests of one operation. */
export interface Fetcher {
  /** @param identity equal for requests that are answered alike, which are sent once; `undefined` for a mutation */
  fetch(request: SubgraphRequest, identity: string | undefined): Promise<Fetched>;
}

/** A fetcher for one operation of one client. Nothing is kept for others. */
export function createFetcher(transport: SubgraphTransport, observe?: RequestObserver): Fetcher {
  const sent = new Map<string, Promise<SubgraphAnswer | SubgraphFailure>>();

  async function send(request: SubgraphRequest): Promise<SubgraphAnswer | SubgraphFailure> {
    const startedAtMs = performance.now();
    let outcome: SubgraphReply | SubgraphFailure;
    try {
      outcome = checkEntities(await transport(request), request);
    } catch (error) {
      outcome =
        error instanceof SubgraphFailure ? error : new SubgraphFailure('SUBGRAPH_UNAVAILABLE', request.subgraph, error);
    }
    observe?.(request, outcome, performance.now() - startedAtMs);
    return outcome instanceof SubgraphFailure ? outcome : outcome.answer;
  }

  return {
    async fetch(request, identity) {
      const known = identity === undefined ? undefined : sent.get(identity);
      if (known) return { outcome: await known, isShared: true };
      const sending = send(request);
      if (identity !== undefined) sent.set(identity, sending);
      return { outcome: await sending, isShared: false };
    },
  };
}

/** Entities are told apart by their position alone: with one too few or too many, none can be trusted. */
function checkEntities(reply: SubgraphReply, { subgraph, representations }: SubgraphRequest): SubgraphReply {
  const { data, errors } = reply.answer;
  if (representations === 0 || !data) return reply;
  const entities = data['_entities'];
  if (Array.isArray(entities) && entities.length === representations) return reply;
  if (entities === null && errors.length > 0) return { ...reply, answer: { ...reply.answer, data: null } };
  const got = Array.isArray(entities) ? entities.length : 'no list';
  const cause = new Error(`expected ${representations} entities, got ${got}`);
  throw new SubgraphFailure('SUBGRAPH_INVALID_RESPONSE', subgraph, cause);
}

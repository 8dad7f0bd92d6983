import { type AnswerPolicy, CollectedAnswerPolicy } from '../answer-policy/answer-policy.ts';
import { UNCACHEABLE } from '../answer-policy/cache-hint.ts';
import { minimumPositionsHeader, parseMinimumPositions } from '../answer-policy/minimum-positions.ts';
import type { Positions } from '../cache/positions.ts';
import { CodedError } from '../errors/coded-error.ts';
import { errorResponse } from '../http/error-response.ts';
import type { ClientSignal, HttpHandler, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { parseJsonObject } from '../http/read-json-body.ts';
import type { Logger } from '../logging/logger.ts';
import { parseTimeout, RequestDeadline, timeoutHeader } from '../request/request-deadline.ts';
import { type LoaderBatchRecord, type RequestWork, runWithRequestWork } from '../request/request-work.ts';
import {
  type FollowedSession,
  NOTHING_SEEN,
  parseFollowedSession,
  type SessionPositions,
  sessionHeader,
} from '../session/followed-session.ts';
import type { Viewer } from '../viewer/viewer.ts';
import type { CallerVerification } from './caller-verification.ts';
import type { GraphqlExecutor } from './graphql-executor.ts';

/** What the context of a request is made from. */
export interface SubgraphRequest {
  /** Who asks, as the gateway vouches for it. */
  readonly viewer: Viewer | null;
  readonly requestId: string;
  /** The IP address of the gateway's client, if it is known. */
  readonly clientAddress: string | undefined;
  /** What the client says, for the whole request, to be known by when it sends the same again. */
  readonly idempotencyKey: string | undefined;
  /** Takes what resolvers and loaders know about caching the answer. */
  readonly answerPolicy: AnswerPolicy;
}

/** What a request has to do with others, and with who asks. */
export interface RequestSession {
  /** It reads nothing older. */
  readonly minimumPositions: Positions;
  /** Whether anybody still waits for it. */
  readonly signal: ClientSignal;
  /** Where its viewer's requests are followed from one to the next: what those before have seen, and who is told what this one has. */
  readonly followed?: (FollowedSession & { readonly report: (reached: SessionPositions) => void }) | undefined;
}

/** Runs a request inside something more, such as a database session. */
export type AroundRequest = <T>(run: () => Promise<T>, request: RequestSession) => Promise<T>;

export interface SubgraphHandlerOptions<Context extends object> {
  readonly caller: CallerVerification;
  readonly executor: GraphqlExecutor<Context>;
  /** Makes what resolvers get, once per request. */
  readonly makeContext: (request: SubgraphRequest) => Context;
  readonly aroundRequest: AroundRequest;
  /** Told of the batches of loaders of each request; absent where nobody counts them. */
  readonly noteBatches: ((batches: readonly LoaderBatchRecord[]) => void) | undefined;
  readonly logger: Logger;
}

/** By this header, `1` or absent, the gateway asks for the tags of an answer. */
const tagsHeader = 'x-tributary-cache-tags';

/**
 * Answers GraphQL requests of the gateway, whose bodies are bytes when they come.
 * @returns what throws as `CallerVerification.verify` does, and CodedError for a body or a header that no gateway sends
 */
export function createSubgraphHandler<Context extends object>(options: SubgraphHandlerOptions<Context>): HttpHandler {
  const { caller, executor, makeContext, aroundRequest, noteBatches, logger } = options;

  return async (received) => {
    const { requestId, body } = received;
    if (!Buffer.isBuffer(body)) {
      const refusal = new CodedError('METHOD_NOT_ALLOWED', 'A subgraph is asked by POST');
      return errorResponse(refusal, { logger, requestId, headers: [['allow', 'POST']] });
    }
    const { viewer, isExplained, clientAddress, idempotencyKey } = await caller.verify(received, body);
    // What nobody has signed is not even parsed.
    const request = { ...received, body: parseJsonObject(body) };
    const answerPolicy = new CollectedAnswerPolicy({ collectsTags: received.headers.get(tagsHeader) === '1' });
    if (isExplained) answerPolicy.restrict(UNCACHEABLE);
    const context = { viewer, requestId, clientAddress, idempotencyKey, answerPolicy };
    const minimumPositions = parseMinimumPositions(received.headers.get(minimumPositionsHeader));
    const signal = signalOf(received);

    function execute(work: RequestWork): Promise<HttpResponse> {
      return executor.execute(request, makeContext(context), {
        answerPolicy,
        extensions: () => extensionsOf(answerPolicy, isExplained ? work : undefined),
      });
    }

    function answer(followed?: RequestSession['followed']): Promise<HttpResponse> {
      const run = (work: RequestWork): Promise<HttpResponse> => {
        const answered = aroundRequest(() => execute(work), { minimumPositions, signal, followed });
        return noteBatches ? answered.finally(() => noteBatches(work.loaderBatches)) : answered;
      };
      return runWithRequestWork(requestId, run, signal, received.trace);
    }

    const session = parseFollowedSession(received.headers.get(sessionHeader));
    return session ? answerInSession(session, answer) : answer();
  };
}

/** Answers with how far a request of a session has seen. */
async function answerInSession(
  session: FollowedSession,
  answer: (followed: NonNullable<RequestSession['followed']>) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  let reached = NOTHING_SEEN;
  const report = (positions: SessionPositions): void => {
    reached = positions;
  };
  const response = await answer({ ...session, report });
  return { ...response, headers: [...response.headers, [sessionHeader, JSON.stringify(reached)]] };
}

/** Aborted when the gateway has gone, or its time has passed. */
function signalOf({ headers, signal }: HttpRequest): ClientSignal {
  const timeoutMs = parseTimeout(headers.get(timeoutHeader));
  return timeoutMs === undefined ? signal : new RequestDeadline(signal, timeoutMs);
}

function extensionsOf(
  { tags }: CollectedAnswerPolicy,
  explained: RequestWork | undefined,
): Record<string, unknown> | undefined {
  if (!tags) return explained && explain(explained);
  // The name that Apollo's router knows them by.
  return { ...(explained && explain(explained)), apolloCacheTags: tags };
}

/** Statements on one line each, as a reader of the answer wants them; how they are laid out in the sources is nothing to it. */
function explain({ statements, loaderBatches, cacheReads }: RequestWork): Record<string, unknown> {
  const shown = statements.map((statement) => ({ ...statement, text: statement.text.replaceAll(/\s+/g, ' ').trim() }));
  return { tributary: { statements: shown, loaderBatches, cacheReads } };
}

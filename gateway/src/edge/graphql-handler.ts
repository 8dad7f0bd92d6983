import type { ApolloServer } from '@apollo/server';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { errorResponse } from '@tributary/runtime/http/error-response';
import type { HttpHandler, HttpRequest, HttpResponse } from '@tributary/runtime/http/http-message';
import type { Logger } from '@tributary/runtime/logging/logger';
import { timeoutHeader } from '@tributary/runtime/request/request-deadline';
import { runWithRequestWork } from '@tributary/runtime/request/request-work';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { EXPLAIN_HEADER, type ExplainPolicy, isExplainGranted } from '../explain/explain-access.ts';
import { createExplainRecorder } from '../explain/explain-recorder.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { authenticate, recallViewer } from '../identity/authenticate.ts';
import type { SubgraphHeaders } from '../identity/subgraph-headers.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import type { OperationMetrics } from '../metrics/operation-metrics.ts';
import type { Admission } from '../persisted-operations/admission.ts';
import type { RequestAccount } from '../rate-limit/request-account.ts';
import type { RequestAccounts } from '../rate-limit/request-accounts.ts';
import type { RequestSession } from '../session-token/request-session.ts';
import type { SessionTokens } from '../session-token/session-tokens.ts';
import type { CallerKey } from '../sharing/caller-key.ts';
import type { ShortCut } from '../short-cut/short-cut.ts';
import { StreamRequest } from '../subscriptions/stream-request.ts';
import { answerWithApollo } from './apollo-answer.ts';
import { createBatchExecutor, isBatch } from './batch.ts';
import type { ClientAddress } from './client-address.ts';
import { refuseCrossSite } from './cross-site.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { answerInTime, type RequestTime, requestTime } from './request-time.ts';
import { withSpecifiedStatus } from './response-status.ts';
import { retryAfterHeaders } from './retry-after.ts';

export interface GraphqlHandlerOptions {
  server: ApolloServer<GatewayContext>;
  verifier: TokenVerifier | undefined;
  subgraphHeaders: SubgraphHeaders;
  clientAddress: ClientAddress;
  explainPolicy: ExplainPolicy;
  /** Whose requests may share work, or answers that are kept; absent where none do. */
  callerKey: CallerKey | undefined;
  /** Whether answers are kept; then there is a `callerKey`. */
  keepsAnswers: boolean;
  /** Origins whose pages may send a GET without a preflight. */
  allowedOrigins: readonly string[];
  /** Decides which operations are executed. */
  admission: Admission;
  /** Asked before Apollo Server; absent where every operation is to pass its pipeline. */
  shortCut: ShortCut | undefined;
  /** Opens accounts for requests; absent where nothing is limited or weighed. */
  accounts: RequestAccounts | undefined;
  /** Gives clients session tokens; absent where they get none. */
  sessions?: SessionTokens | undefined;
  /** Makes sure that nothing older is found in the cache of answers than was written before; absent where none are kept. */
  catchUp?: (() => Promise<void>) | undefined;
  /** How many operations one request may hold; 0 refuses every batch. */
  batchLimit: number;
  /** How long a request may take at most. */
  requestTimeoutMs: number;
  /** Absent where nothing is measured. */
  operationMetrics?: OperationMetrics | undefined;
  logger: Logger;
}

/** Who asks, within which limits. */
interface Asking {
  readonly viewer: Viewer | null;
  readonly account: RequestAccount | undefined;
  readonly time: RequestTime;
  readonly session: RequestSession | undefined;
}

/** Answers `/graphql`: who asks and whether they may have an explanation is settled before GraphQL runs. */
export function createGraphqlHandler(options: GraphqlHandlerOptions): HttpHandler {
  const {
    server,
    verifier,
    subgraphHeaders,
    clientAddress,
    explainPolicy,
    callerKey,
    admission,
    accounts,
    sessions,
    shortCut,
    operationMetrics,
    logger,
  } = options;
  const allowedOrigins = new Set(options.allowedOrigins);

  function makeContext(request: HttpRequest, { viewer, account, time, session }: Asking): GatewayContext {
    const { headers, requestId, remoteAddress, signal } = request;
    const isExplained = isExplainGranted(headers.get(EXPLAIN_HEADER), viewer, explainPolicy);
    const caller = { requestId, viewer, isExplained };
    const callerName = callerKey?.(viewer, headers);
    const idempotencyKey = readIdempotencyKey(request);
    return {
      requestId,
      viewer,
      subgraphHeaders: subgraphHeaders({
        ...caller,
        clientAddress: clientAddress(remoteAddress, headers.get('x-forwarded-for')),
        idempotencyKey,
      }),
      sharing:
        isExplained || time.isOwn || session?.isFollowed || callerName === undefined
          ? undefined
          : { caller: callerName, queryHeaders: subgraphHeaders(caller) },
      audience:
        options.keepsAnswers && callerKey && callerName !== undefined
          ? { caller: callerName, anybody: callerKey(null, headers) }
          : undefined,
      session,
      explain: isExplained ? createExplainRecorder() : undefined,
      admittedBy: admission.state,
      account,
      stream: request instanceof StreamRequest ? request : undefined,
      deadlineMs: time.deadlineMs,
      trace: request.trace,
      hasIdempotencyKey: idempotencyKey !== undefined,
      signal,
    };
  }

  async function askServer(request: HttpRequest, context: GatewayContext): Promise<HttpResponse> {
    return withSpecifiedStatus(await answerWithApollo(server, request, async () => context));
  }

  async function executeAsked(request: HttpRequest, context: GatewayContext): Promise<HttpResponse> {
    const admitted = await admission.admit(request);
    const answered = context.stream ? undefined : await shortCut?.(admitted, context);
    if (answered) return answered;
    return runWithRequestWork(request.requestId, () => askServer(admitted, context), undefined, context.trace);
  }

  async function executeMeasured(request: HttpRequest, context: GatewayContext): Promise<HttpResponse> {
    context.outcome = operationMetrics?.began(request.headers.has(timeoutHeader));
    try {
      return await executeAsked(request, context);
    } catch (error) {
      context.outcome?.noteThrown(error);
      throw error;
    } finally {
      context.outcome?.ended(request.signal.aborted);
    }
  }
  const execute = operationMetrics ? executeMeasured : executeAsked;
  const executeBatch = createBatchExecutor({ limit: options.batchLimit, execute, logger });

  /** To refuse a token costs as much as to accept it, so whoever sends it pays as the anonymous caller that it is. */
  async function verified(authorization: string, request: HttpRequest): Promise<Viewer | null> {
    try {
      return await authenticate(authorization, verifier);
    } catch (error) {
      const account = accounts?.open(null, request);
      if (account) await accounts?.pay(account, request);
      throw error;
    }
  }

  return async (request) => {
    let account: RequestAccount | undefined;
    let headersOfSession = noHeaders;
    let context: GatewayContext | undefined;
    try {
      refuseCrossSite(request, allowedOrigins);
      const authorization = request.headers.get('authorization');
      const viewer =
        authorization === undefined
          ? null
          : (recallViewer(authorization, verifier) ?? (await verified(authorization, request)));
      account = accounts?.open(viewer, request);
      const paid = account && accounts?.pay(account, request);
      if (paid) await paid;
      const time = requestTime(request.headers, options.requestTimeoutMs);
      const session = sessions?.open(request.headers, viewer);
      if (sessions && session) headersOfSession = () => sessions.headersFor(session, request, viewer);
      if (session?.hadWritten) await options.catchUp?.();
      context = makeContext(request, { viewer, account, time, session });
      const answer = isBatch(request) ? executeBatch(request, context) : execute(request, context);
      const response = await (time.isOwn ? answerInTime(answer, time) : answer);
      const more = [...(account?.headers() ?? []), ...headersOfSession()];
      return more.length === 0 ? response : { ...response, headers: [...response.headers, ...more] };
    } catch (error) {
      // Without an outcome nobody has looked at an operation yet.
      if (context?.outcome) context.outcome.noteThrown(error);
      else operationMetrics?.turnedAway(error, request.headers.has(timeoutHeader));
      const { requestId, trace } = request;
      const headers = [...headersFor(error), ...(account?.headers() ?? []), ...headersOfSession()];
      return runWithRequestWork(
        requestId,
        () => errorResponse(error, { logger, requestId, headers }),
        undefined,
        trace,
      );
    }
  };
}

const noHeaders = (): [string, string][] => [];

function headersFor(error: unknown): [string, string][] {
  return error instanceof CodedError ? [...challengeFor(error), ...retryAfterHeaders(error)] : [];
}

/** RFC 6750, section 3: a refused token is answered with how to do better. */
function challengeFor(error: CodedError): [string, string][] {
  if (error.httpStatus !== 401) return [];
  return [['www-authenticate', `Bearer error="invalid_token", error_description="${error.message}"`]];
}

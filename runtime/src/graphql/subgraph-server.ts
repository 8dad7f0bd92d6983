import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode } from 'graphql';
import { type AnswerPolicy, CollectedAnswerPolicy } from '../answer-policy/answer-policy.ts';
import { UNCACHEABLE } from '../answer-policy/cache-hint.ts';
import { minimumPositionsHeader, parseMinimumPositions } from '../answer-policy/minimum-positions.ts';
import type { Positions } from '../cache/positions.ts';
import { CodedError } from '../errors/coded-error.ts';
import { errorResponse } from '../http/error-response.ts';
import type { ClientSignal, HttpHandler, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { startHttpServer } from '../http/http-server.ts';
import { parseJsonObject, readJsonBytes } from '../http/read-json-body.ts';
import type { Readiness } from '../http/readiness.ts';
import type { HttpRoute } from '../http/router.ts';
import { startInScope } from '../lifecycle/start-in-scope.ts';
import type { Logger } from '../logging/logger.ts';
import { HttpTraffic } from '../metrics/http-traffic.ts';
import { measureBatches } from '../metrics/loader-metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { FieldLimits } from '../rate-limit/field-limits.ts';
import { limitFields } from '../rate-limit/limit-fields.ts';
import { parseTimeout, RequestDeadline, timeoutHeader } from '../request/request-deadline.ts';
import { type RequestWork, runWithRequestWork } from '../request/request-work.ts';
import {
  type FollowedSession,
  NOTHING_SEEN,
  parseFollowedSession,
  type SessionPositions,
  sessionHeader,
} from '../session/followed-session.ts';
import { type GatewayKeySource, openGatewayKeys } from '../signature/gateway-keys.ts';
import { countRefusals, type RefusalCounts } from '../signature/refusal-counts.ts';
import { createRequestVerifier } from '../signature/request-verifier.ts';
import type { VouchedCaller } from '../signature/vouched-caller.ts';
import { readServiceCertificate, type ServiceCertificateFiles } from '../tls/service-certificate.ts';
import type { Tracing } from '../tracing/trace-span.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { startApolloExecutor } from './apollo-executor.ts';
import { createCompiledExecutor } from './compiled-executor.ts';
import { settleReferences } from './reference-resolvers.ts';
import type { SubgraphResolvers } from './subgraph-resolvers.ts';

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

/** A path besides GraphQL, which answers GET. */
export interface SubgraphRoute {
  /** Whether everybody is answered, or the gateway only. */
  readonly isPublic: boolean;
  readonly GET?: HttpHandler;
  /** Given the JSON object in the body; for the gateway only, whoever may GET. */
  readonly POST?: (body: Readonly<Record<string, unknown>>) => Promise<HttpResponse>;
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

/** By this header, `1` or absent, the gateway asks for the tags of an answer. */
const tagsHeader = 'x-tributary-cache-tags';

export interface SubgraphServerOptions<Context extends object> {
  readonly name: string;
  readonly typeDefs: DocumentNode;
  readonly resolvers: SubgraphResolvers<Context>;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The secrets shared with the gateway; any of them may have signed a request. */
  readonly signingKeys: GatewayKeySource;
  /** How far the clock of a gateway may be from ours, and how long a request may take to arrive. Default 30,000. */
  readonly signatureWindowMs?: number;
  /** Serves by https, to gateways that show a certificate of the same authority; health and public routes to all. */
  readonly certificate?: ServiceCertificateFiles | undefined;
  /** Whether introspection and `_service` are answered. */
  readonly isDevelopment: boolean;
  /** Makes what resolvers get, loaders included, as a plain object; once per request. */
  readonly makeContext: (request: SubgraphRequest) => Context;
  readonly isReady: () => Promise<Readiness>;
  /** More paths. */
  readonly routes?: Readonly<Record<string, SubgraphRoute>>;
  /** Runs every request inside something more, such as a database session. */
  readonly aroundRequest?: <T>(run: () => Promise<T>, request: RequestSession) => Promise<T>;
  /** What executes operations; both answer alike. Default `compiled`. */
  readonly executor?: 'compiled' | 'apollo';
  /** As in `HttpServerOptions`. */
  readonly stopNoticeMs?: number;
  /** Default 8 MiB: a fetch for many entities carries all their representations. */
  readonly bodyLimitBytes?: number;
  /** Where calls of fields with `@rateLimit` are counted; they are not limited unless told. */
  readonly fieldLimits?: FieldLimits | undefined;
  /** Where the server is measured; it is not unless told. */
  readonly metrics?: Metrics | undefined;
  /** As in `HttpServerOptions`. */
  readonly requestLogPerSecond?: number | undefined;
  /** Records the traces of requests; nothing is traced unless told. */
  readonly tracing?: Tracing | undefined;
  readonly logger: Logger;
}

export interface SubgraphServer {
  /** Without a path: GraphQL is at `/graphql`, health at `/health/live` and `/health/ready`. */
  readonly url: string;
  readonly port: number;
  /** The requests that no gateway had signed, so far. */
  readonly refusals: RefusalCounts;
  /** Lets the requests under way end, then stops. */
  stop(): Promise<void>;
}

/**
 * Serves a federation subgraph to the gateway, and to nobody else: each request has to carry a signature of its own, made with
 * one of the keys. The `cache-control` of an answer says whether it may be kept, and where the gateway asks for tags, the answer's
 * `extensions.apolloCacheTags` says what drops it. Where it asks for an explanation, `extensions.tributary` says what the request did.
 *
 * @throws StartError when the keys or the port cannot be had; graphql's errors for a wrong schema
 */
export async function startSubgraphServer<Context extends object>(
  options: SubgraphServerOptions<Context>,
): Promise<SubgraphServer> {
  const { isDevelopment, logger, metrics, makeContext, aroundRequest = (run) => run() } = options;

  const { typeDefs, fieldLimits } = options;
  const resolvers = fieldLimits ? limitFields(options.resolvers, typeDefs, fieldLimits) : options.resolvers;
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: settleReferences(resolvers) }]);
  return startInScope(async (scope) => {
    const executorOptions = { schema, isDevelopment, logger };
    const executor = scope.own(
      options.executor === 'apollo'
        ? await startApolloExecutor<Context>(executorOptions)
        : createCompiledExecutor<Context>(executorOptions),
    );

    const keys = scope.own(await openGatewayKeys(options.signingKeys, { logger }));
    const verify = createRequestVerifier({
      subgraph: options.name,
      keys,
      windowMs: options.signatureWindowMs ?? 30_000,
    });
    const refusals = countRefusals(logger);
    metrics?.read('tributary_signature_refusals_total', () =>
      Object.entries(refusals.counts).map(([code, value]) => ({ labels: { code }, value })),
    );
    const noteBatches = metrics && measureBatches(metrics);

    async function verifyCaller(request: HttpRequest, body: Buffer | ''): Promise<VouchedCaller> {
      const { method, path, search, headers, isCertified } = request;
      if (isCertified === false) {
        throw new CodedError('CLIENT_CERTIFICATE_REQUIRED', 'Subgraphs answer those who show a certificate');
      }
      try {
        return await verify({ method, target: path + search, body, headers }, Date.now());
      } catch (error) {
        refusals.add(error);
        throw error;
      }
    }

    function routeOf({ isPublic, GET, POST }: SubgraphRoute): HttpRoute {
      const guarded = GET && {
        GET: async (request: HttpRequest) => {
          await verifyCaller(request, '');
          return await GET(request);
        },
      };
      const posted = POST && {
        POST: async (request: HttpRequest) => {
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          await verifyCaller(request, body);
          return await POST(parseJsonObject(body));
        },
      };
      return { ...(isPublic && GET ? { GET } : guarded), ...posted };
    }

    async function handleGraphql(received: HttpRequest): Promise<HttpResponse> {
      const { requestId, body } = received;
      if (!Buffer.isBuffer(body)) {
        const refusal = new CodedError('METHOD_NOT_ALLOWED', 'A subgraph is asked by POST');
        return errorResponse(refusal, { logger, requestId, headers: [['allow', 'POST']] });
      }
      const { viewer, isExplained, clientAddress, idempotencyKey } = await verifyCaller(received, body);
      // What nobody has signed is not even parsed.
      const request = { ...received, body: parseJsonObject(body) };
      const answerPolicy = new CollectedAnswerPolicy({ collectsTags: received.headers.get(tagsHeader) === '1' });
      if (isExplained) answerPolicy.restrict(UNCACHEABLE);
      const context = { viewer, requestId, clientAddress, idempotencyKey, answerPolicy };
      const minimumPositions = parseMinimumPositions(received.headers.get(minimumPositionsHeader));
      const signal = signalOf(received);
      const answer = (followed?: RequestSession['followed']) =>
        runWithRequestWork(
          requestId,
          (work) => {
            const answered = aroundRequest(
              () =>
                executor.execute(request, makeContext(context), {
                  answerPolicy,
                  extensions: () => extensionsOf(answerPolicy, isExplained ? work : undefined),
                }),
              { minimumPositions, signal, followed },
            );
            return noteBatches ? answered.finally(() => noteBatches(work.loaderBatches)) : answered;
          },
          signal,
          received.trace,
        );
      const session = parseFollowedSession(received.headers.get(sessionHeader));
      return session ? answerInSession(session, answer) : answer();
    }

    const { url, port } = scope.own(
      await startHttpServer({
        host: options.host,
        port: options.port,
        bodyLimitBytes: options.bodyLimitBytes ?? 8 * 1024 * 1024,
        certificate: options.certificate && (await readServiceCertificate(options.certificate)),
        readBody: readJsonBytes,
        stopNoticeMs: options.stopNoticeMs ?? 0,
        isReady: options.isReady,
        handleGraphql,
        tracing: options.tracing,
        requestLogPerSecond: options.requestLogPerSecond,
        routes: Object.fromEntries(Object.entries(options.routes ?? {}).map(([path, route]) => [path, routeOf(route)])),
        traffic: metrics && new HttpTraffic(metrics),
        logger,
      }),
    );
    return { url, port, refusals: refusals.counts };
  });
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

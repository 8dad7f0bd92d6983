import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode } from 'graphql';
import { startHttpServer } from '../http/http-server.ts';
import { readJsonBytes } from '../http/read-json-body.ts';
import type { Readiness } from '../http/readiness.ts';
import { startInScope } from '../lifecycle/start-in-scope.ts';
import type { Logger } from '../logging/logger.ts';
import { HttpTraffic } from '../metrics/http-traffic.ts';
import { measureBatches } from '../metrics/loader-metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { FieldLimits } from '../rate-limit/field-limits.ts';
import { limitFields } from '../rate-limit/limit-fields.ts';
import { type GatewayKeySource, openGatewayKeys } from '../signature/gateway-keys.ts';
import type { RefusalCounts } from '../signature/refusal-counts.ts';
import { readServiceCertificate, type ServiceCertificateFiles } from '../tls/service-certificate.ts';
import type { Tracing } from '../tracing/trace-span.ts';
import { startApolloExecutor } from './apollo-executor.ts';
import { createCallerVerification } from './caller-verification.ts';
import { createCompiledExecutor } from './compiled-executor.ts';
import { settleReferences } from './reference-resolvers.ts';
import { type AroundRequest, createSubgraphHandler, type SubgraphRequest } from './subgraph-handler.ts';
import type { SubgraphResolvers } from './subgraph-resolvers.ts';
import { guardedRoute, type SubgraphRoute } from './subgraph-route.ts';

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
  /** Runs every request inside something more; in nothing unless told. */
  readonly aroundRequest?: AroundRequest;
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

const DEFAULT_SIGNATURE_WINDOW_MS = 30_000;
const DEFAULT_BODY_LIMIT_BYTES = 8 * 1024 * 1024;

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
  const { name, typeDefs, fieldLimits, isDevelopment, makeContext, metrics, logger } = options;
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
    const windowMs = options.signatureWindowMs ?? DEFAULT_SIGNATURE_WINDOW_MS;
    const caller = createCallerVerification({ subgraph: name, keys, windowMs, metrics, logger });
    const routes = Object.entries(options.routes ?? {}).map(
      ([path, route]) => [path, guardedRoute(route, caller)] as const,
    );
    const { url, port } = scope.own(
      await startHttpServer({
        host: options.host,
        port: options.port,
        bodyLimitBytes: options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
        certificate: options.certificate && (await readServiceCertificate(options.certificate)),
        readBody: readJsonBytes,
        stopNoticeMs: options.stopNoticeMs ?? 0,
        isReady: options.isReady,
        handleGraphql: createSubgraphHandler({
          caller,
          executor,
          makeContext,
          aroundRequest: options.aroundRequest ?? ((run) => run()),
          noteBatches: metrics && measureBatches(metrics),
          logger,
        }),
        tracing: options.tracing,
        requestLogPerSecond: options.requestLogPerSecond,
        routes: Object.fromEntries(routes),
        traffic: metrics && new HttpTraffic(metrics),
        logger,
      }),
    );
    return { url, port, refusals: caller.refusals };
  });
}

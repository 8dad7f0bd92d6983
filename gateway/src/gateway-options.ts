import type { CacheSettings } from '@tributary/runtime/cache/cache-settings';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Metrics } from '@tributary/runtime/metrics/metrics';
import type { GatewayKeySource } from '@tributary/runtime/signature/gateway-keys';
import type { ServiceCertificateFiles } from '@tributary/runtime/tls/service-certificate';
import type { Tracing } from '@tributary/runtime/tracing/trace-span';
import type { ViewerRole } from '@tributary/runtime/viewer/viewer';
import type { ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import type { AnswerTolerance } from './answer-cache/answer-caching.ts';
import type { AuditOptions } from './audit/refusal-sender.ts';
import type { AuthorisationSettings } from './authorisation/authoriser.ts';
import type { CostLimits } from './cost/cost-limits.ts';
import type { ExplorerOptions } from './explorer/explorer-variables.ts';
import type { IdentityOptions } from './identity/identity.ts';
import type { OperationLimits } from './limits/operation-limits.ts';
import type { PlanningLimits } from './limits/planner-limits.ts';
import type { PersistedOperationsOptions } from './persisted-operations/persisted-operations.ts';
import type { RateLimitOptions } from './rate-limit/rate-limit-variables.ts';
import type { SupergraphOrigin } from './schema-registry/open-supergraph.ts';
import type { SharingMode } from './sharing/sharing-mode.ts';
import type { SubscriptionLimits } from './subscriptions/subscription-limits.ts';
import type { ExecutorName } from './supergraph/executor-name.ts';
import type { WarmUpSettings } from './warm-up/open-warm-up.ts';

export interface GatewayOptions {
  host: string;
  /** 0 for any free one. */
  port: number;
  supergraphFile: string;
  /** Where the supergraph comes from; the file, unless told. Apollo's executor serves the first one for good. */
  supergraphOrigin?: SupergraphOrigin;
  /** URLs by variable name (`SUBGRAPH_URL_ACCOUNTS`) that win over the supergraph's. */
  subgraphUrls: ReadonlyMap<string, string>;
  subgraphTimeoutMs: number;
  /** From the arrival of a request to its last fetch; 30,000 unless told. Clients may say that they wait for less. */
  requestTimeoutMs?: number;
  /** How many requests may be under way, of which fewer are let in while they take long; no bound unless told. */
  mostRequests?: number | undefined;
  /** How many connections there may be; as many as the system allows unless told. */
  mostConnections?: number | undefined;
  /** As in `HttpServerOptions`. */
  stopNoticeMs?: number;
  /** As in `HttpServerOptions`. */
  requestLogPerSecond?: number;
  /** The first signs requests to subgraphs and whom they are for; without keys they are told of nobody. */
  signingKeys: GatewayKeySource | undefined;
  /** Shown to subgraphs whose URL is https, and whose authority has to have signed theirs. */
  certificate?: ServiceCertificateFiles | undefined;
  /** Without it every caller is anonymous. */
  tokens: IdentityOptions | undefined;
  allowedOrigins: readonly string[];
  explainRoles: readonly ViewerRole[];
  /** Who may ask for the schema in production; nobody unless told. */
  introspectionRoles?: readonly ViewerRole[];
  /** Addresses and networks of proxies in front, whose word on a client's address counts; none unless told. */
  trustedProxies?: readonly string[];
  /** How large operations may be; what holds by default unless told. */
  limits?: OperationLimits;
  /** How long a client that wrote is shown nothing older, by a token; 0 gives none, 10 s unless told. */
  sessionTtlMs?: number;
  /** What planning an operation may take; what holds by default unless told. */
  planningLimits?: PlanningLimits;
  /** How much operations may cost; they are not weighed unless told. Apollo's executor weighs nothing. */
  costs?: CostLimits | 'off';
  /** How much clients may ask for; nobody is limited unless told. */
  rateLimits?: RateLimitOptions | undefined;
  /** How many characters of JSON an answer of our executor may have; what holds by default unless told. */
  answerLimit?: number;
  /** How what the supergraph asks of viewers is enforced: without policies, and the rest is answered, unless told. */
  authorisation?: AuthorisationSettings | 'off';
  /** Who executes query plans; ours unless it is said otherwise. */
  executor?: ExecutorName;
  /** What requests of equal callers that are under way at once share; nothing unless told. Apollo's executor shares nothing. */
  sharing?: SharingMode;
  /** Headers of requests that answers may depend on, so that those who differ in them share nothing; none unless told. */
  sharingHeaders?: readonly string[];
  /** How long answers that are kept in the cache are served beyond their time, and kept by others; none are kept unless told. */
  answerCache?: AnswerTolerance | undefined;
  /** Whether operations seen before skip Apollo Server's pipeline, and with it its plugins; yes unless told. */
  hasShortCut?: boolean;
  /** What is done about operations that are sent by hash or id; texts may be registered by hash unless told. */
  persistedOperations?: PersistedOperationsOptions;
  /** What processes share their caches through; this process keeps its own unless told. */
  cache?: CacheSettings | undefined;
  /** By which viewers are told of events, which stays the caller's to close; without it subscriptions are refused. */
  viewerEvents?: ViewerEvents | undefined;
  /** How many streams of subscriptions there are, and how they are kept; what holds by default unless told. */
  subscriptionLimits?: SubscriptionLimits;
  /** Who is told what clients were refused; nobody unless told. Apollo's executor tells nothing. */
  audit?: AuditOptions | undefined;
  /** What is planned before a supergraph is served; nothing unless told. Apollo's executor plans nothing ahead. */
  warmUp?: WarmUpSettings;
  /** For how many days is kept what clients use of the schema, in the Redis of `cache`; 0, which counts nothing, unless told. */
  usageDays?: number;
  /** How many operations one request may hold, in a list; 0 unless told, which refuses lists. */
  batchLimit?: number;
  /** Whether large answers are compressed for clients that take it; no unless told, since a proxy in front does it better. */
  hasCompression?: boolean;
  /** How long browsers are told to come by HTTPS only; 0, which tells them nothing, unless told. */
  httpsOnlySeconds?: number;
  /** How the graph can be tried out in a browser, in development; Sandbox with nothing beside unless told. */
  explorer?: ExplorerOptions;
  /** Opens introspection, the explorer and explain to everybody. */
  isDevelopment: boolean;
  /** Where the gateway is measured; it is not unless told. */
  metrics?: Metrics | undefined;
  /** Records the traces of requests; nothing is traced unless told. Of Apollo's executor the edge alone. */
  tracing?: Tracing | undefined;
  logger: Logger;
}

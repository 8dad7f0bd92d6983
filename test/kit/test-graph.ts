import { fileURLToPath } from 'node:url';
import type { Explanation } from '@tributary/gateway/explain/explain-recorder';
import { type Gateway, startGateway } from '@tributary/gateway/gateway';
import type { GatewayOptions } from '@tributary/gateway/gateway-options';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { isDatabaseAway } from '@tributary/prisma/queue/database-absence';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { type Seeded, seedDatabases } from '@tributary/prisma/seed/seed-databases';
import type { SeedSize } from '@tributary/prisma/seed/seed-size';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import type { Cache } from '@tributary/runtime/cache/cache';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import { createRabbitMqQueue } from '@tributary/runtime/queue/rabbitmq/rabbitmq-queue';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { createMemoryViewerEvents } from '@tributary/runtime/testing/memory-viewer-events';
import type { Tracing } from '@tributary/runtime/tracing/trace-span';
import { tracedQueue } from '@tributary/runtime/tracing/traced-queue';
import type { ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import { startAccountsSubgraph } from '@tributary/subgraph-accounts/subgraph';
import { startCatalogSubgraph } from '@tributary/subgraph-catalog/subgraph';
import { startInventorySubgraph } from '@tributary/subgraph-inventory/subgraph';
import { startNotificationsSubgraph } from '@tributary/subgraph-notifications/subgraph';
import { startOrdersSubgraph } from '@tributary/subgraph-orders/subgraph';
import { startReviewsSubgraph } from '@tributary/subgraph-reviews/subgraph';
import { startTestRabbitMq } from '../queue/rabbitmq-server.ts';
import { untilEventsAreHandled } from './events-handled.ts';
import { testSigningKey } from './subgraph-client.ts';
import { startTestDatabases, type TestDatabases } from './test-databases.ts';
import { createTestLogger } from './test-logger.ts';
import { makeTestTokens, type TestTokens } from './test-tokens.ts';
import { type TrackedQueue, trackQueue } from './tracked-queue.ts';

/** How a graph of the tests differs from the usual one. */
export interface TestGraphOptions {
  /** Names its databases, so that no two test files share any: letters, digits, `_`. */
  readonly name: string;
  readonly size?: SeedSize;
  /** Where its databases are, empty and migrated; they stay the caller's. New ones on the servers of the run unless told. */
  readonly test?: Pick<TestDatabases, 'config' | 'adminUrlOf' | 'waitForReplicas'>;
  /** How far a replica may be behind that is still read; what holds by default unless told. */
  readonly maxReplicaLagMs?: number;
  /** True unless told. */
  readonly isDevelopment?: boolean;
  readonly allowedOrigins?: readonly string[];
  /** Of all servers; unless told, errors go to stdout. */
  readonly logger?: Logger;
  /** Of all subgraphs; it stays the caller's to close. They have none unless told. */
  readonly cache?: Cache;
  /** What subgraphs announce to, which stays the caller's to close; in this process unless told. */
  readonly viewerEvents?: ViewerEvents;
  /**
   * What carries the events: Postgres, or a broker, which stays the caller's to close. Unless told, Postgres, or, with
   * `TRIBUTARY_TEST_QUEUE=rabbitmq`, a broker of this graph alone.
   */
  readonly events?: 'embedded' | { readonly brokerUrl: string };
  /** What each service records its traces with, by its name; they stay the caller's to stop. Nothing is traced unless told. */
  readonly tracingOf?: (service: string) => Tracing | undefined;
}

/** What to ask the gateway. */
export interface GraphRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly token?: string;
  /** Of another gateway than the first, without a path. */
  readonly url?: string;
  readonly isExplained?: boolean;
  /** The header. */
  readonly idempotencyKey?: string;
  /** The token of a session. */
  readonly session?: string | undefined;
  /** The header. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** What it answers. */
export interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly data: any;
  readonly errors: readonly {
    message: string;
    path?: readonly (string | number)[];
    extensions: Record<string, unknown> & { code: string };
  }[];
  readonly explain: Explanation | undefined;
}

/** All six subgraphs and a gateway in this process, on seeded databases of their own. */
export interface TestGraph {
  /** The gateway's, without a path. */
  readonly url: string;
  /** Of the subgraph accounts, without a path. */
  readonly accountsUrl: string;
  /** Of a subgraph by its name, without a path. */
  subgraphUrl(name: string): string;
  readonly config: DatabasesConfig;
  readonly test: Pick<TestDatabases, 'config' | 'adminUrlOf' | 'waitForReplicas'>;
  readonly databases: Databases;
  readonly seeded: Seeded;
  readonly tokens: TestTokens;
  ask(request: GraphRequest): Promise<GraphAnswer>;
  /** Resolves when no event waits anywhere and none is being handled; rejects when one was given up. */
  untilEventsAreHandled(): Promise<void>;
  /** An access token of a seeded user. */
  logIn(email: string): Promise<string>;
  /** Starts one more gateway over the same subgraphs, which differs from the first in these options and stops with the graph. */
  startGateway(
    options: Partial<
      Pick<
        GatewayOptions,
        | 'isDevelopment'
        | 'explorer'
        | 'persistedOperations'
        | 'viewerEvents'
        | 'subscriptionLimits'
        | 'allowedOrigins'
        | 'tokens'
        | 'cache'
        | 'answerCache'
        | 'sharing'
        | 'sessionTtlMs'
        | 'audit'
      >
    >,
  ): Promise<Gateway>;
  stop(): Promise<void>;
}

/** Short, so that no test waits for views to be written. */
const VIEW_FLUSH_INTERVAL_MS = 100;
const smallSize: SeedSize = { users: 200, merchants: 5, products: 100, orders: 600, reviews: 500 };
const supergraphFile = fileURLToPath(new URL('../../gateway/supergraph.graphql', import.meta.url));

/** Starts the whole graph; the caller stops it. */
export function startTestGraph(options: TestGraphOptions): Promise<TestGraph> {
  return startInScope(async (scope) => {
    const test =
      options.test ??
      scope.own(await startTestDatabases({ name: options.name }), (owned) => owned.close(), 'test databases');
    const seeded = await seedDatabases({ config: test.config, size: options.size ?? smallSize });
    await test.waitForReplicas();
    const tokens = scope.own(await makeTestTokens(), (owned) => owned.remove(), 'tokens');
    const databases = scope.own(
      await openDatabases({
        service: options.name,
        readConfig: async () => test.config,
        poolSize: 8,
        fleetProcesses: 1,
        statementTimeoutMs: 10_000,
        connectionTimeoutMs: 5_000,
        ...(options.maxReplicaLagMs !== undefined && { maxReplicaLagMs: options.maxReplicaLagMs }),
        onStatement: recordStatement,
      }),
    );
    const queue = await startQueue(scope, databases, options);
    const gatewayOptions = await startSubgraphs(scope, { databases, tokens, queue, options });
    const startAnother: TestGraph['startGateway'] = async (differences) =>
      scope.own(await startGateway({ ...gatewayOptions, ...differences }));
    const gateway = await startAnother({});
    const ask = (request: GraphRequest) => askGateway(request.url ?? gateway.url, request);
    const subgraphUrl = (name: string) =>
      new URL(gatewayOptions.subgraphUrls.get(`SUBGRAPH_URL_${name.toUpperCase()}`) ?? '').origin;
    return {
      url: gateway.url,
      accountsUrl: subgraphUrl('accounts'),
      subgraphUrl,
      config: test.config,
      test,
      databases,
      seeded,
      tokens,
      ask,
      untilEventsAreHandled: () => untilEventsAreHandled(test.config, queue.underWay),
      logIn: (email) => logIn(ask, email, seeded.password),
      startGateway: startAnother,
    };
  });
}

/** Opens the queue of all subgraphs. Of the embedded one the database itself says what is under way. */
async function startQueue(scope: Scope, databases: Databases, options: TestGraphOptions): Promise<TrackedQueue> {
  const onError = (error: Error) => loggerOf(options).error({ err: error }, 'an event could not be handled');
  const url = await brokerUrlOf(scope, options);
  if (url === undefined) return { ...scope.own(createPostgresQueue({ databases, onError })), underWay: () => 0 };
  return trackQueue(scope.own(createRabbitMqQueue({ url, name: options.name, onError, isOutage: isDatabaseAway })));
}

async function brokerUrlOf(scope: Scope, { events }: TestGraphOptions): Promise<string | undefined> {
  if (events !== undefined) return events === 'embedded' ? undefined : events.brokerUrl;
  return process.env['TRIBUTARY_TEST_QUEUE'] === 'rabbitmq' ? scope.own(await startTestRabbitMq()).url : undefined;
}

function loggerOf({ name, logger }: TestGraphOptions): Logger {
  return logger ?? createTestLogger({ service: name, level: 'error' });
}

interface GraphParts {
  readonly databases: Databases;
  readonly tokens: TestTokens;
  readonly queue: TrackedQueue;
  readonly options: TestGraphOptions;
}

/** Starts the subgraphs, and gives the options of a gateway over them. */
async function startSubgraphs(
  scope: Scope,
  { databases, tokens, queue, options }: GraphParts,
): Promise<GatewayOptions> {
  const { isDevelopment = true, allowedOrigins = [] } = options;
  const logger = loggerOf(options);
  const shared = {
    databases,
    queue,
    viewerEvents: options.viewerEvents ?? createMemoryViewerEvents(),
    logger,
    host: '127.0.0.1',
    port: 0,
    signingKeys: [testSigningKey],
    isDevelopment,
    ...(options.cache && { cache: options.cache }),
  };
  const optionsOf = (service: string) => {
    const tracing = options.tracingOf?.(service);
    return { ...shared, tracing, queue: tracing ? tracedQueue(queue, { tracing, system: 'test' }) : queue };
  };
  const { privateKeyPem, issuer, audience } = tokens;
  const subgraphs = {
    ACCOUNTS: scope.own(
      await startAccountsSubgraph({ ...optionsOf('accounts'), accessTokens: { privateKeyPem, issuer, audience } }),
    ),
    CATALOG: scope.own(
      await startCatalogSubgraph({ ...optionsOf('catalog'), viewFlushIntervalMs: VIEW_FLUSH_INTERVAL_MS }),
    ),
    INVENTORY: scope.own(await startInventorySubgraph(optionsOf('inventory'))),
    ORDERS: scope.own(await startOrdersSubgraph(optionsOf('orders'))),
    REVIEWS: scope.own(await startReviewsSubgraph(optionsOf('reviews'))),
    NOTIFICATIONS: scope.own(await startNotificationsSubgraph(optionsOf('notifications'))),
  };
  return {
    host: '127.0.0.1',
    port: 0,
    supergraphFile,
    subgraphUrls: new Map(
      Object.entries(subgraphs).map(([name, { url }]) => [`SUBGRAPH_URL_${name}`, `${url}/graphql`]),
    ),
    subgraphTimeoutMs: 10_000,
    signingKeys: [testSigningKey],
    tokens: { issuer, audience, keys: { publicKeyFiles: [tokens.publicKeyFile] } },
    allowedOrigins,
    explainRoles: [],
    isDevelopment,
    tracing: options.tracingOf?.('gateway'),
    logger,
  };
}

async function askGateway(url: string, request: GraphRequest): Promise<GraphAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(request.token !== undefined && { authorization: `Bearer ${request.token}` }),
      ...(request.isExplained && { 'x-tributary-explain': '1' }),
      ...(request.session !== undefined && { 'x-tributary-session': request.session }),
      ...(request.traceparent !== undefined && { traceparent: request.traceparent }),
      ...(request.tracestate !== undefined && { tracestate: request.tracestate }),
      ...(request.idempotencyKey !== undefined && { 'idempotency-key': request.idempotencyKey }),
    },
    body: JSON.stringify({ query: request.query, variables: request.variables ?? {} }),
  });
  const { data, errors = [], extensions } = JSON.parse(await response.text());
  return { status: response.status, headers: response.headers, data, errors, explain: extensions?.explain };
}

async function logIn(ask: TestGraph['ask'], email: string, password: string): Promise<string> {
  const query = `mutation LogIn($input: LogInInput!) {
    logIn(input: $input) { ... on SessionOpened { accessToken } ... on Refusal { message } }
  }`;
  const { data, errors } = await ask({ query, variables: { input: { email, password } } });
  const token: unknown = data?.logIn?.accessToken;
  if (typeof token !== 'string') throw new Error(`${email} cannot log in: ${JSON.stringify({ data, errors })}`);
  return token;
}

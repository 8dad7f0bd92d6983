import { resolve } from 'node:path';
import { cacheSettings, cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { gatewayKeySource, gatewayKeysVariables } from '@tributary/runtime/environment/gateway-keys-variables';
import { type MetricsAddress, metricsAddress } from '@tributary/runtime/environment/metrics-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { certificateFiles, tlsVariables } from '@tributary/runtime/environment/tls-variables';
import {
  integerVariable,
  listVariable,
  portVariable,
  serviceVariables,
} from '@tributary/runtime/environment/variables';
import { viewerEventsUrl, viewerEventsVariables } from '@tributary/runtime/environment/viewer-events-variables';
import { logLevels } from '@tributary/runtime/logging/logger';
import { type TracingSettings, tracingSettings, tracingVariables } from '@tributary/runtime/tracing/tracing-variables';
import { viewerRoles } from '@tributary/runtime/viewer/viewer';
import { z } from 'zod';
import { answerCacheOptions, answerCacheVariables } from './answer-cache/answer-cache-variables.ts';
import { auditOptions, auditVariables } from './audit/audit-variables.ts';
import { unauthorisedModes } from './authorisation/authoriser.ts';
import { policiesVariable } from './authorisation/policies-variable.ts';
import { costLimits, costVariables } from './cost/cost-variables.ts';
import { proxyListSchema } from './edge/client-address.ts';
import { DEFAULT_ANSWER_LIMIT } from './execution/shaping/answer-limit.ts';
import { explorerOptions, explorerVariables } from './explorer/explorer-variables.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { identityOptions, identityVariables } from './identity/identity-variables.ts';
import { limitVariable } from './limits/limit-variable.ts';
import { defaultLimits } from './limits/operation-limits.ts';
import { defaultPlanningLimits } from './limits/planner-limits.ts';
import {
  persistedOperationsOptions,
  persistedOperationsVariables,
} from './persisted-operations/persisted-operations-variables.ts';
import { rateLimitOptions, rateLimitVariables } from './rate-limit/rate-limit-variables.ts';
import { supergraphOrigins } from './schema-registry/open-supergraph.ts';
import { sessionVariables } from './session-token/session-variables.ts';
import { sharingModes } from './sharing/sharing-mode.ts';
import { subscriptionLimits, subscriptionVariables } from './subscriptions/subscription-limits.ts';
import { executorNames } from './supergraph/executor-name.ts';
import { usageVariables } from './usage/usage-variables.ts';
import { warmUpSettings, warmUpVariables } from './warm-up/warm-up-variables.ts';

/** Of JSON, most of whose characters take a byte. */
const CHARACTERS_PER_MB = 1024 * 1024;

const rolesVariable = listVariable
  .pipe(z.array(z.enum(viewerRoles, `expected some of ${viewerRoles.join(', ')}`)))
  .default([]);

const schema = z.object({
  ...serviceVariables,
  NODE_ENV: serviceVariables.NODE_ENV.describe(
    'development opens introspection, the explorer and explain; else production',
  ),
  LOG_LEVEL: serviceVariables.LOG_LEVEL.describe(logLevels.join(', ')),
  PORT: portVariable(4000),
  SUPERGRAPH_FILE: z
    .string()
    .default(resolve(import.meta.dirname, '../supergraph.graphql'))
    .describe('the composed supergraph'),
  TRIBUTARY_SUPERGRAPH: z
    .enum(supergraphOrigins, `expected ${supergraphOrigins.join(' or ')}`)
    .default('file')
    .describe('file: SUPERGRAPH_FILE, also when it changes; published: what npm run schema:publish has published'),
  ...gatewayKeysVariables,
  ...tlsVariables,
  ...identityVariables,
  ...auditVariables,
  TRIBUTARY_ALLOWED_ORIGINS: listVariable.default([]).describe('comma-separated origins whose pages may call'),
  TRIBUTARY_EXPLAIN_ROLES: rolesVariable.describe(
    'comma-separated roles that may use x-tributary-explain in production',
  ),
  TRIBUTARY_INTROSPECTION_ROLES: rolesVariable.describe(
    'comma-separated roles that may ask for the schema in production',
  ),
  ...explorerVariables,
  TRIBUTARY_HTTPS_ONLY_S: integerVariable({ min: 0, max: 63_072_000, default: 0 }).describe(
    'seconds for which browsers are told to come by HTTPS only (Strict-Transport-Security); 0 tells them nothing',
  ),
  TRIBUTARY_TRUSTED_PROXIES: listVariable
    .pipe(proxyListSchema)
    .default([])
    .describe('comma-separated addresses or networks of proxies whose X-Forwarded-For is believed'),
  TRIBUTARY_AUTHORISATION: z
    .enum(['on', 'off'], 'expected on or off')
    .default('on')
    .describe('on: who may see what is enforced; off: a supergraph that says so is not served'),
  TRIBUTARY_UNAUTHORISED: z
    .enum(unauthorisedModes, `expected ${unauthorisedModes.join(' or ')}`)
    .default('remove')
    .describe('remove: fields that a viewer may not see are null; refuse: the whole operation is'),
  TRIBUTARY_POLICIES: policiesVariable,
  TRIBUTARY_EXECUTOR: z
    .enum(executorNames, `expected ${executorNames.join(' or ')}`)
    .default('compiled')
    .describe("compiled: our own executor; stock: Apollo's, to compare with"),
  TRIBUTARY_SHORT_CUT: z
    .enum(['on', 'off'], 'expected on or off')
    .default('on')
    .describe("on: an operation seen before skips Apollo Server's pipeline and its plugins"),
  TRIBUTARY_SHARING: z
    .enum(sharingModes, `expected ${sharingModes.join(', ')}`)
    .default('off')
    .describe(
      'what equal queries of one viewer share while under way: off, subgraphs (their answers), all (the whole answer, too)',
    ),
  TRIBUTARY_SHARING_HEADERS: listVariable
    .default([])
    .describe(
      'comma-separated headers of requests that answers depend on: who differs in them shares nothing, not even a kept answer',
    ),
  ...persistedOperationsVariables,
  ...warmUpVariables,
  ...usageVariables,
  ...cacheVariables,
  ...answerCacheVariables,
  ...viewerEventsVariables,
  ...subscriptionVariables,
  ...sessionVariables,
  TRIBUTARY_BATCH_LIMIT: integerVariable({ min: 0, max: 100, default: 0 }).describe(
    'most operations in the list that a request may be; 0 refuses lists',
  ),
  TRIBUTARY_COMPRESSION: z
    .enum(['on', 'off'], 'expected on or off')
    .default('off')
    .describe('on: answers above 2 KB are compressed for clients that take it; leave it to a proxy where there is one'),
  TRIBUTARY_SUBGRAPH_TIMEOUT_MS: integerVariable({ min: 1, max: 55_000, default: 10_000 }).describe(
    'from asking a subgraph to the last byte of its answer',
  ),
  TRIBUTARY_REQUEST_TIMEOUT_MS: integerVariable({ min: 1, max: 600_000, default: 30_000 }).describe(
    'from the arrival of a request to its last fetch; clients may send x-tributary-timeout-ms for less',
  ),
  TRIBUTARY_MOST_REQUESTS: integerVariable({ min: 0, max: 100_000, default: 1_000 }).describe(
    'most requests under way; fewer are let in while they take longer than usual, the others get 503 (0: all are let in)',
  ),
  TRIBUTARY_MOST_CONNECTIONS: integerVariable({ min: 0, max: 1_000_000, default: 10_000 }).describe(
    'most connections of clients; one more closes the oldest idle one, or gets 503 where none is (0: no bound)',
  ),
  TRIBUTARY_ANSWER_LIMIT_MB: integerVariable({
    min: 1,
    max: 256,
    default: DEFAULT_ANSWER_LIMIT / CHARACTERS_PER_MB,
  }).describe('how long an answer may get: entities of short answers of subgraphs can stand in it any number of times'),
  TRIBUTARY_LIMIT_TOKENS: limitVariable(defaultLimits.tokens, 'most words and punctuators of a document'),
  TRIBUTARY_LIMIT_DEPTH: limitVariable(defaultLimits.depth, 'most levels of fields, and of literals in an argument'),
  TRIBUTARY_LIMIT_FIELDS: limitVariable(defaultLimits.fields, 'most fields, with fragments expanded as for all below'),
  TRIBUTARY_LIMIT_TYPED_FIELDS: limitVariable(
    defaultLimits.typedFields,
    'the same, for each type of interfaces and unions',
  ),
  TRIBUTARY_LIMIT_FRAGMENTS: limitVariable(defaultLimits.fragments, 'most inline fragments and fragment spreads'),
  TRIBUTARY_LIMIT_ALIASES: limitVariable(defaultLimits.aliases, 'most aliases'),
  TRIBUTARY_LIMIT_ROOT_FIELDS: limitVariable(defaultLimits.rootFields, 'most fields of Query or Mutation'),
  TRIBUTARY_LIMIT_DIRECTIVES: limitVariable(defaultLimits.directives, 'most uses of directives'),
  ...costVariables,
  ...rateLimitVariables,
  ...tracingVariables,
  TRIBUTARY_PLANNING_TIMEOUT_MS: integerVariable({
    min: 1,
    max: 60_000,
    default: defaultPlanningLimits.timeoutMs,
  }).describe('how much processor time one operation may take to be planned'),
  TRIBUTARY_PLANNING_MEMORY_MB: integerVariable({
    min: 64,
    max: 16_384,
    default: defaultPlanningLimits.heapMb,
  }).describe(
    'what a planner may take, which has two supergraphs while one is exchanged; there are at most two planners',
  ),
});

/** Variables by name, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The process's own variables, the given ones over them. */
export function processVariables(overrides: Variables): Variables {
  return { ...process.env, ...overrides };
}

/**
 * The gateway's configuration.
 * @throws EnvironmentError with every problem
 */
export function readEnvironment(variables: Variables): Omit<GatewayOptions, 'logger' | 'viewerEvents' | 'metrics'> &
  Pick<z.output<typeof schema>, 'LOG_LEVEL'> & {
    viewerEventsUrl: string | undefined;
    traceSettings: TracingSettings | undefined;
    metricsAddress: MetricsAddress | undefined;
  } {
  const env = parseEnvironment(schema, variables);
  return {
    LOG_LEVEL: env.LOG_LEVEL,
    metricsAddress: metricsAddress(env),
    host: env.HOST,
    port: env.PORT,
    supergraphFile: resolve(env.SUPERGRAPH_FILE),
    supergraphOrigin: env.TRIBUTARY_SUPERGRAPH,
    subgraphUrls: subgraphUrls(variables),
    sessionTtlMs: env.TRIBUTARY_SESSION_TTL_MS,
    subgraphTimeoutMs: env.TRIBUTARY_SUBGRAPH_TIMEOUT_MS,
    requestTimeoutMs: env.TRIBUTARY_REQUEST_TIMEOUT_MS,
    mostRequests: env.TRIBUTARY_MOST_REQUESTS || undefined,
    mostConnections: env.TRIBUTARY_MOST_CONNECTIONS || undefined,
    stopNoticeMs: env.TRIBUTARY_STOP_NOTICE_MS,
    requestLogPerSecond: env.TRIBUTARY_REQUEST_LOG_PER_S,
    signingKeys: gatewayKeySource(env),
    certificate: certificateFiles(env),
    tokens: identityOptions(env),
    audit: auditOptions(env),
    allowedOrigins: env.TRIBUTARY_ALLOWED_ORIGINS,
    explainRoles: env.TRIBUTARY_EXPLAIN_ROLES,
    introspectionRoles: env.TRIBUTARY_INTROSPECTION_ROLES,
    explorer: explorerOptions(env),
    httpsOnlySeconds: env.TRIBUTARY_HTTPS_ONLY_S,
    trustedProxies: env.TRIBUTARY_TRUSTED_PROXIES,
    authorisation:
      env.TRIBUTARY_AUTHORISATION === 'off'
        ? 'off'
        : { policies: env.TRIBUTARY_POLICIES, unauthorised: env.TRIBUTARY_UNAUTHORISED },
    executor: env.TRIBUTARY_EXECUTOR,
    hasShortCut: env.TRIBUTARY_SHORT_CUT === 'on',
    sharing: env.TRIBUTARY_SHARING,
    sharingHeaders: env.TRIBUTARY_SHARING_HEADERS,
    persistedOperations: persistedOperationsOptions(env),
    warmUp: warmUpSettings(env),
    usageDays: env.TRIBUTARY_USAGE_DAYS,
    cache: cacheSettings(env),
    answerCache: answerCacheOptions(env),
    viewerEventsUrl: viewerEventsUrl(env, cacheSettings(env), undefined),
    subscriptionLimits: subscriptionLimits(env),
    traceSettings: tracingSettings(env),
    batchLimit: env.TRIBUTARY_BATCH_LIMIT,
    hasCompression: env.TRIBUTARY_COMPRESSION === 'on',
    limits: {
      tokens: env.TRIBUTARY_LIMIT_TOKENS,
      depth: env.TRIBUTARY_LIMIT_DEPTH,
      fields: env.TRIBUTARY_LIMIT_FIELDS,
      typedFields: env.TRIBUTARY_LIMIT_TYPED_FIELDS,
      fragments: env.TRIBUTARY_LIMIT_FRAGMENTS,
      aliases: env.TRIBUTARY_LIMIT_ALIASES,
      rootFields: env.TRIBUTARY_LIMIT_ROOT_FIELDS,
      directives: env.TRIBUTARY_LIMIT_DIRECTIVES,
    },
    answerLimit: env.TRIBUTARY_ANSWER_LIMIT_MB * CHARACTERS_PER_MB,
    costs: costLimits(env),
    rateLimits: rateLimitOptions(env),
    planningLimits: {
      ...defaultPlanningLimits,
      timeoutMs: env.TRIBUTARY_PLANNING_TIMEOUT_MS,
      heapMb: env.TRIBUTARY_PLANNING_MEMORY_MB,
    },
    isDevelopment: env.NODE_ENV === 'development',
  };
}

/** The variables and what they are, for `--help`. */
export function environmentHelp(): string {
  const lines = Object.entries(schema.shape).map(([name, type]) => [name, type.description ?? ''] as const);
  const width = Math.max(...lines.map(([name]) => name.length));
  return ['\nEnvironment:', ...lines.map(([name, description]) => `  ${name.padEnd(width)}  ${description}`.trimEnd())]
    .concat(`  ${'SUBGRAPH_URL_<NAME>'.padEnd(width)}  URLs of a subgraph, comma-separated, over the supergraph's`)
    .concat(
      '\nA limit is the maximum (the default in brackets), or `measure:` and the maximum: what exceeds it is logged, not refused.',
    )
    .join('\n');
}

/** Unless the operator says otherwise, `@apollo/gateway` must not start its exporter to Apollo, which reads this variable. */
export function keepApolloTelemetryOff(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] ??= 'true';
}

function subgraphUrls(variables: Variables): Map<string, string> {
  const overrides = new Map<string, string>();
  for (const [name, value] of Object.entries(variables)) {
    if (name.startsWith('SUBGRAPH_URL_') && value) overrides.set(name, value);
  }
  return overrides;
}

import { type HeaderList, securityHeadersWithTransport } from '@tributary/runtime/http/security-headers';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import type { AnswerCaching } from '../answer-cache/answer-caching.ts';
import { openAnswerCaching } from '../answer-cache/open-answer-caching.ts';
import { openCosts } from '../cost/open-costs.ts';
import { type ClientAddress, createClientAddress } from '../edge/client-address.ts';
import { createEdgeErrorFormatter, type ErrorFormatter } from '../edge/format-error.ts';
import { operationRules } from '../edge/operation-rules.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { defaultLimits } from '../limits/operation-limits.ts';
import { OperationMetrics } from '../metrics/operation-metrics.ts';
import { openRateLimits, type RateLimits } from '../rate-limit/open-rate-limits.ts';
import type { AdmitOperation } from '../rate-limit/operation-admission.ts';
import { createSessionTokens, type SessionTokens } from '../session-token/session-tokens.ts';
import { type CallerKey, createCallerKey } from '../sharing/caller-key.ts';
import { createKnownOperations, type KnownOperations } from '../short-cut/known-operations.ts';
import { openSubscriptions } from '../subscriptions/open-subscriptions.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import { openUsage } from '../usage/open-usage.ts';
import type { UsageBook } from '../usage/usage-book.ts';
import type { GatewayCore } from './gateway-core.ts';

/** What limits, keeps, counts and streams; what a gateway is not to have is absent. */
export interface GatewayServices {
  readonly usage: UsageBook | undefined;
  readonly operationMetrics: OperationMetrics | undefined;
  readonly callerKey: CallerKey;
  readonly clientAddress: ClientAddress;
  readonly rateLimits: RateLimits | undefined;
  /** Weighs operations. */
  readonly admit: AdmitOperation | undefined;
  readonly sessions: SessionTokens | undefined;
  readonly answerCaching: AnswerCaching | undefined;
  readonly subscriptions: Subscriptions | undefined;
  readonly knownOperations: KnownOperations;
  readonly formatError: ErrorFormatter;
  /** Of all answers. */
  readonly defaultHeaders: HeaderList;
}

const KNOWN_OPERATIONS_BYTES = 32 * 1024 * 1024;
const CARRY_LIMIT_MS = 5_000;
const DEFAULT_SESSION_TTL_MS = 10_000;

/**
 * Opens them, before the supergraph is loaded; the scope closes them.
 * @throws StartError when a store cannot be used
 */
export async function openServices(options: GatewayOptions, core: GatewayCore, scope: Scope): Promise<GatewayServices> {
  const { metrics, logger, limits = defaultLimits } = options;
  const { redis, compiled, persistedOperations, trust } = core;
  const { verifier } = trust;
  const usage = openUsage(options.usageDays ?? 0, { redis, scope, logger });
  const callerKey = createCallerKey(options.sharingHeaders ?? []);
  const defaultHeaders = securityHeadersWithTransport(options.httpsOnlySeconds ?? 0);
  const clientAddress = createClientAddress(options.trustedProxies ?? []);
  const rateLimits = openRateLimits(options.rateLimits, { redis: redis?.commands, clientAddress, scope, logger });
  const admit = compiled && openCosts(options, { gateway: compiled, redis, scope });
  const sessions = openSessions(options, core);
  const { admission } = persistedOperations;
  const caching = { verifier, callerKey, admission, defaultHeaders, rateLimits, sessions, scope };
  const answerCaching = compiled && (await openAnswerCaching(options, { ...caching, gateway: compiled }));
  const formatError = createEdgeErrorFormatter(logger, limits);
  const { operationCost } = rateLimits ?? {};
  const streaming = { admit, operationCost, verifier, formatError, scope };
  return {
    usage,
    operationMetrics: metrics && new OperationMetrics(metrics, persistedOperations.list),
    callerKey,
    clientAddress,
    rateLimits,
    admit,
    sessions,
    answerCaching,
    subscriptions: compiled && openSubscriptions(options, { ...streaming, gateway: compiled }),
    knownOperations: createKnownOperations({
      limitBytes: KNOWN_OPERATIONS_BYTES,
      // The log has been told of what exceeds a limit.
      rules: operationRules(limits, logger.child({}, { level: 'silent' })),
      carryLimitMs: CARRY_LIMIT_MS,
    }),
    formatError,
    defaultHeaders,
  };
}

/** Without a key nobody could tell its tokens from those that a client has made up. */
function openSessions(
  { sessionTtlMs: ttlMs = DEFAULT_SESSION_TTL_MS, isDevelopment }: GatewayOptions,
  { trust: { keys } }: GatewayCore,
): SessionTokens | undefined {
  return keys && ttlMs > 0 ? createSessionTokens({ keys, ttlMs, isSecure: !isDevelopment }) : undefined;
}

import { openServiceCache } from '@tributary/runtime/cache/open-service-cache';
import type { HeaderList } from '@tributary/runtime/http/security-headers';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { measureCache } from '@tributary/runtime/metrics/cache-metrics';
import type { GatewayOptions } from '../gateway-options.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import { type Admission, CLIENT_NAME_HEADER } from '../persisted-operations/admission.ts';
import type { RateLimits } from '../rate-limit/open-rate-limits.ts';
import type { SessionTokens } from '../session-token/session-tokens.ts';
import type { CallerKey } from '../sharing/caller-key.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import { type AnswerCaching, createAnswerCaching } from './answer-caching.ts';

/**
 * Opens the cache of a gateway's answers; the scope closes it.
 * @returns nothing where answers are not kept
 */
export async function openAnswerCaching(
  {
    cache: settings,
    answerCache,
    allowedOrigins,
    sharingHeaders = [],
    hasCompression = false,
    metrics,
    logger,
  }: GatewayOptions,
  parts: {
    gateway: CompiledGateway;
    verifier: TokenVerifier | undefined;
    callerKey: CallerKey;
    admission: Pick<Admission, 'state'>;
    defaultHeaders: HeaderList;
    rateLimits: RateLimits | undefined;
    sessions: SessionTokens | undefined;
    scope: Scope;
  },
): Promise<AnswerCaching | undefined> {
  if (!answerCache || !settings) return undefined;
  const measuring = metrics && measureCache(metrics, firstPart);
  const cache = await openServiceCache({ settings, name: 'gateway', measuring, logger });
  if (!cache) return undefined;
  parts.scope.own(cache, (owned) => owned.close(), 'cache of answers');
  if (settings.url === undefined && settings.coordinationUrl === undefined) {
    logger.warn(
      'answers are kept, and no store is named through which a write drops them: they stay for their max-age',
    );
  }
  return createAnswerCaching({
    ...parts,
    ...answerCache,
    cache,
    dependsOn: sharingHeaders,
    hasCompression,
    allowedOrigins: new Set(allowedOrigins),
    clientHeader: CLIENT_NAME_HEADER,
    admitted: () => parts.admission.state,
  });
}

/** What a key begins with, which all keys of a kind have in common. */
function firstPart(key: string): string {
  return key.slice(0, key.indexOf(':') + 1);
}

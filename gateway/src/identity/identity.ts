import type { Scope } from '@tributary/runtime/lifecycle/scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import type { HeadersOf } from '../subgraph-fetch/subgraph-client.ts';
import { DEFAULT_CLOCK_TOLERANCE_S } from './access-token.ts';
import { createRevocationFeed } from './revocation-feed.ts';
import { followRevocations, type RevocationOptions } from './revocations.ts';
import { createTokenVerifier, type TokenOptions, type TokenVerifier } from './token-verifier.ts';

/** Whose access tokens count, and for how long. */
export interface IdentityOptions extends TokenOptions {
  /** Who says which sessions have ended; without it a token is good until it expires. */
  readonly revocations?: (RevocationOptions & { readonly url: string; readonly subgraph: string }) | undefined;
}

/**
 * Starts what identifies callers; the scope stops it.
 * @param asGateway the headers and the certificate by which the other side knows the gateway
 * @throws StartError when a key file cannot be used
 */
export async function startIdentity(
  scope: Scope,
  { revocations, ...tokens }: IdentityOptions,
  { logger, ...asGateway }: { headersOf: HeadersOf; certificate?: ServiceCertificate | undefined; logger: Logger },
): Promise<TokenVerifier> {
  const followed =
    revocations &&
    scope.own(
      await followRevocations(createRevocationFeed(revocations, asGateway), {
        ...revocations,
        keepLongerMs: (tokens.clockToleranceS ?? DEFAULT_CLOCK_TOLERANCE_S) * 1_000,
        logger,
      }),
      undefined,
      'revocations',
    );
  return scope.own(await createTokenVerifier({ tokens, revocations: followed, logger }), undefined, 'token verifier');
}

import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { type GatewayKeys, openGatewayKeys } from '@tributary/runtime/signature/gateway-keys';
import { readServiceCertificate, type ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import type { GatewayOptions } from '../gateway-options.ts';
import type { HeadersOf } from '../subgraph-fetch/subgraph-client.ts';
import { startIdentity } from './identity.ts';
import { createSubgraphHeaders, type SubgraphHeaders } from './subgraph-headers.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** How subgraphs know the gateway, and the gateway its callers. */
export interface Trust {
  /** Sign what subgraphs are told; absent where they are told of nobody. */
  readonly keys: GatewayKeys | undefined;
  /** Shown to subgraphs by https. */
  readonly certificate: ServiceCertificate | undefined;
  readonly subgraphHeaders: SubgraphHeaders;
  /** Makes the headers of requests that the gateway sends for nobody. @param requestId says what for */
  readonly ownHeaders: (requestId: string) => HeadersOf;
  /** Absent where every caller is anonymous. */
  readonly verifier: TokenVerifier | undefined;
}

/**
 * Opens keys and certificates, and follows them where they are files; the scope ends that.
 * @throws StartError when one cannot be used
 */
export async function openTrust(
  { signingKeys, certificate: files, tokens, logger }: GatewayOptions,
  scope: Scope,
): Promise<Trust> {
  const keys = signingKeys && scope.own(await openGatewayKeys(signingKeys, { logger }));
  const certificate = files && (await readServiceCertificate(files));
  const subgraphHeaders = createSubgraphHeaders(keys);
  const ownHeaders = (requestId: string) => subgraphHeaders({ requestId, viewer: null, isExplained: false });
  const verifier =
    tokens && (await startIdentity(scope, tokens, { headersOf: ownHeaders('revocations'), certificate, logger }));
  if (!verifier) logger.warn('no key for access tokens is configured: every caller is anonymous');
  if (!keys) logger.warn('no signing key is configured: subgraphs are not told the viewer');
  return { keys, certificate, subgraphHeaders, ownHeaders, verifier };
}

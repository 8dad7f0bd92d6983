import type { GatewayKeys } from '@tributary/runtime/signature/gateway-keys';
import { signRequest } from '@tributary/runtime/signature/request-signer';
import { signatureHeaderName, viewerHeaderName } from '@tributary/runtime/signature/signature';
import { encodeCaller, type VouchedCaller } from '@tributary/runtime/signature/vouched-caller';
import type { HeadersOf } from '../subgraph-fetch/subgraph-client.ts';
import { TokenViewer } from './token-viewer.ts';

/**
 * Makes the headers of all requests to subgraphs that one client request leads to. Nothing the client sent is among them. Each
 * request that goes out gets a signature of its own, which subgraphs accept once.
 */
export type SubgraphHeaders = (request: VouchedCaller & { requestId: string }) => HeadersOf;

/** @param keys without them subgraphs are not told the viewer, which foreign ones would not understand anyway */
export function createSubgraphHeaders(keys: Pick<GatewayKeys, 'first'> | undefined): SubgraphHeaders {
  return (caller) => {
    const { requestId } = caller;
    if (keys === undefined) {
      const always = ['x-request-id', requestId];
      return () => always;
    }
    let claims: string | undefined;
    return ({ subgraph, method, target, body }) => {
      claims ??= claimsOf(caller);
      const signature = signRequest(keys, { subgraph, method, target, body, claims }, Date.now());
      return ['x-request-id', requestId, viewerHeaderName, claims, signatureHeaderName, signature];
    };
  };
}

function claimsOf(caller: VouchedCaller): string {
  return caller.viewer instanceof TokenViewer ? caller.viewer.claimsOf(caller) : encodeCaller(caller);
}

import { gatewayKey } from '../signature/gateway-key.ts';
import { signRequest } from '../signature/request-signer.ts';
import { signatureHeaderName, viewerHeaderName } from '../signature/signature.ts';
import { encodeCaller, type VouchedCaller } from '../signature/vouched-caller.ts';

/** A request of a test that plays the gateway. */
export interface RequestToSign {
  readonly key: string;
  /** The name of the subgraph that it is for. */
  readonly subgraph: string;
  /** Default POST. */
  readonly method?: string;
  /** Default `/graphql`. */
  readonly target?: string;
  /** Default empty. */
  readonly body?: string;
  /** What differs from an anonymous caller of whom nothing is known. */
  readonly caller?: Partial<VouchedCaller>;
  readonly nowMs?: number;
}

/** The headers that a gateway with this key would send, good for one request. */
export function signedHeaders(request: RequestToSign): Record<string, string> {
  const { key, subgraph, method = 'POST', target = '/graphql', body = '', caller, nowMs = Date.now() } = request;
  const claims = encodeCaller({ viewer: null, isExplained: false, ...caller });
  const signature = signRequest({ first: gatewayKey(key) }, { subgraph, method, target, body, claims }, nowMs);
  return { [viewerHeaderName]: claims, [signatureHeaderName]: signature };
}

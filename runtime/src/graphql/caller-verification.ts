import { CodedError } from '../errors/coded-error.ts';
import type { HttpRequest } from '../http/http-message.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { GatewayKeys } from '../signature/gateway-keys.ts';
import { countRefusals, type RefusalCounts } from '../signature/refusal-counts.ts';
import { createRequestVerifier } from '../signature/request-verifier.ts';
import type { VouchedCaller } from '../signature/vouched-caller.ts';

export interface CallerVerificationOptions {
  /** Its name: a request is good for one subgraph only. */
  readonly subgraph: string;
  readonly keys: GatewayKeys;
  /** As in `RequestVerifierOptions`. */
  readonly windowMs: number;
  /** Where refusals are read; nowhere unless told. */
  readonly metrics: Metrics | undefined;
  readonly logger: Logger;
}

/** What lets the gateway in, and nobody else. */
export interface CallerVerification {
  /**
   * @param body as it came; empty for a request without one
   * @throws CodedError CLIENT_CERTIFICATE_REQUIRED; SignatureRefusal, which is counted
   */
  verify(request: HttpRequest, body: Buffer | ''): Promise<VouchedCaller>;
  /** The requests that no gateway had signed, so far. */
  readonly refusals: RefusalCounts;
}

/** Makes what verifies each request to a subgraph: by its signature, and behind TLS by the certificate of its connection, too. */
export function createCallerVerification(options: CallerVerificationOptions): CallerVerification {
  const verifyRequest = createRequestVerifier(options);
  const { counts, add } = countRefusals(options.logger);
  options.metrics?.read('tributary_signature_refusals_total', () =>
    Object.entries(counts).map(([code, value]) => ({ labels: { code }, value })),
  );
  return {
    refusals: counts,
    async verify({ method, path, search, headers, isCertified }, body) {
      if (isCertified === false) {
        throw new CodedError('CLIENT_CERTIFICATE_REQUIRED', 'Subgraphs answer those who show a certificate');
      }
      try {
        return await verifyRequest({ method, target: path + search, body, headers }, Date.now());
      } catch (error) {
        add(error);
        throw error;
      }
    },
  };
}

import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import { SideConnection } from '../subgraph-fetch/side-connection.ts';
import type { HeadersOf } from '../subgraph-fetch/subgraph-client.ts';
import type { RefusalBatch } from './refusal-collector.ts';

/** Who writes down what was refused. */
export interface AuditOptions {
  readonly url: string;
  /** The subgraph that answers there, which signed requests have to name. */
  readonly subgraph: string;
}

const TIMEOUT_MS = 5_000;
const ANSWER_LIMIT_BYTES = 1_024 * 1_024;

/**
 * Posts batches of refusals to a subgraph, which has a database.
 * @param headersOf makes the headers by which it knows the gateway
 * @param certificate shown where the URL is https
 */
export function createRefusalSender(
  { url, subgraph }: AuditOptions,
  { headersOf, certificate }: { headersOf: HeadersOf; certificate?: ServiceCertificate | undefined },
) {
  const { origin, pathname: path } = new URL(url);
  const connection = new SideConnection(origin, {
    certificate,
    timeoutMs: TIMEOUT_MS,
    responseLimitBytes: ANSWER_LIMIT_BYTES,
  });
  return {
    async send(batch: RefusalBatch): Promise<void> {
      const body = JSON.stringify(batch);
      const own = headersOf({ subgraph, method: 'POST', target: path, body });
      await connection.ask({ method: 'POST', path, headers: [...own, 'content-type', 'application/json'], body });
    },
    stop: () => connection.stop(),
  };
}

import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import { Agent, request } from 'undici';
import type { HeadersOf } from '../subgraph-fetch/subgraph-client.ts';
import type { RefusalBatch } from './refusal-collector.ts';

/** Who writes down what was refused. */
export interface AuditOptions {
  readonly url: string;
  /** The subgraph that answers there, which signed requests have to name. */
  readonly subgraph: string;
}

const TIMEOUT_MS = 5_000;

/**
 * Posts batches of refusals to a subgraph, which has a database.
 * @param headersOf makes the headers by which it knows the gateway
 * @param certificate shown where the URL is https
 */
export function createRefusalSender(
  { url, subgraph }: AuditOptions,
  { headersOf, certificate }: { headersOf: HeadersOf; certificate?: ServiceCertificate | undefined },
) {
  const dispatcher = new Agent({ connections: 1, ...(certificate && { connect: { ...certificate } }) });
  const target = new URL(url).pathname;
  return {
    async send(batch: RefusalBatch): Promise<void> {
      const text = JSON.stringify(batch);
      const { statusCode, body } = await request(url, {
        dispatcher,
        method: 'POST',
        headers: [...headersOf({ subgraph, method: 'POST', target, body: text }), 'content-type', 'application/json'],
        body: text,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`the audit log answers with ${statusCode}`);
    },
    stop: () => dispatcher.destroy(),
  };
}

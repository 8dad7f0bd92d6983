import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import { z } from 'zod';
import { SideConnection } from '../subgraph-fetch/side-connection.ts';
import type { HeadersOf } from '../subgraph-fetch/subgraph-client.ts';
import type { RevocationSource } from './revocations.ts';

const TIMEOUT_MS = 2_000;
const ANSWER_LIMIT_BYTES = 64 * 1024 * 1024;

const answerSchema = z.object({ revoked: z.array(z.object({ sessionId: z.string(), untilMs: z.number() })) });

/**
 * A source of revocations over HTTP: `GET <url>?within=<ms>` answers `{ revoked: [{ sessionId, untilMs }] }`, those that became
 * known within so many milliseconds, and all of them without the parameter.
 * @param subgraph the name of who answers there
 * @param headersOf makes the headers by which it knows the gateway
 * @param certificate shown where the URL is https
 */
export function createRevocationFeed(
  { url, subgraph }: { url: string; subgraph: string },
  { headersOf, certificate }: { headersOf: HeadersOf; certificate?: ServiceCertificate | undefined },
): RevocationSource {
  const connection = new SideConnection(new URL(url).origin, {
    certificate,
    timeoutMs: TIMEOUT_MS,
    responseLimitBytes: ANSWER_LIMIT_BYTES,
  });
  return {
    async read(withinMs) {
      const address = new URL(url);
      if (withinMs !== undefined) address.searchParams.set('within', String(withinMs));
      const path = address.pathname + address.search;
      const headers = headersOf({ subgraph, method: 'GET', target: path, body: '' });
      return answerSchema.parse(JSON.parse(await connection.ask({ method: 'GET', path, headers }))).revoked;
    },
    stop: () => connection.stop(),
  };
}

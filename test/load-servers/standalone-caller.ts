import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import type { RequestVerifier } from '@tributary/runtime/signature/request-verifier';
import type { VouchedCaller } from '@tributary/runtime/signature/vouched-caller';

/**
 * Lets the context function of Apollo Server standalone verify its callers. A signature is over the bytes of a body, and that
 * function gets what they were parsed to: so the bytes are taken down here while they come in.
 *
 * @returns who the gateway vouches for in a request; it throws SignatureRefusal
 */
export function verifyStandaloneCallers(verify: RequestVerifier): (message: IncomingMessage) => Promise<VouchedCaller> {
  const chunksOf = new WeakMap<IncomingMessage, Buffer[]>();
  subscribe('http.server.request.start', (started) => {
    const message = requestIn(started);
    if (!message) return;
    const chunks: Buffer[] = [];
    chunksOf.set(message, chunks);
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
  });

  return (message) => {
    const { method = '', url: target = '', headers } = message;
    const textOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);
    const body = Buffer.concat(chunksOf.get(message) ?? []);
    return verify({ method, target, body, headers: { get: (name) => textOf(headers[name]) } }, Date.now());
  };
}

function requestIn(started: unknown): IncomingMessage | undefined {
  if (typeof started !== 'object' || started === null || !('request' in started)) return undefined;
  return started.request instanceof IncomingMessage ? started.request : undefined;
}

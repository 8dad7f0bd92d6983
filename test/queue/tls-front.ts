import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import type { TestCertificate } from '../kit/certificates.ts';

/** A port of 127.0.0.1 that is another one behind TLS. */
export interface TlsFront {
  readonly port: number;
  close(): Promise<void>;
}

/** Puts TLS before a server on this machine, as a load balancer does. */
export async function startTlsFront(port: number, { key, cert }: TestCertificate): Promise<TlsFront> {
  const server = createServer({ key, cert }, (outer) => {
    const inner = connect({ host: '127.0.0.1', port });
    for (const [from, to] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  // Who does not trust the certificate ends the handshake.
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ServiceCertificate } from '../tls/service-certificate.ts';

/**
 * Node's server, with TLS where there is a certificate. Whoever calls is asked for one, too, and let in without: whether that is
 * enough depends on what they ask for, and probes of health have none.
 *
 * @throws Error when the certificate and its key do not fit
 */
export function createNodeServer(
  options: ServerOptions & { certificate: ServiceCertificate | undefined },
  onRequest: RequestListener,
): Server {
  const { certificate, ...others } = options;
  if (certificate === undefined) return createServer(others, onRequest);
  return createTlsServer({ ...others, ...certificate, requestCert: true, rejectUnauthorized: false }, onRequest);
}

import { resolve } from 'node:path';
import { z } from 'zod';
import type { ServiceCertificateFiles } from '../tls/service-certificate.ts';
import { EnvironmentError } from './environment-error.ts';

/** Where the certificate of a service is, for mutual TLS between gateway and subgraphs. */
export const tlsVariables = {
  TRIBUTARY_TLS_KEY_FILE: z.string().optional().describe('PEM: the key of the certificate; without the three no TLS'),
  TRIBUTARY_TLS_CERT_FILE: z
    .string()
    .optional()
    .describe('PEM: what a gateway shows to subgraphs by https, and a subgraph to gateways'),
  TRIBUTARY_TLS_CA_FILE: z.string().optional().describe('PEM: the authority that signs the certificates of both'),
};

/**
 * The files of a certificate; `undefined` when none is named.
 *
 * @throws EnvironmentError when only some are
 */
export function certificateFiles(
  environment: z.output<z.ZodObject<typeof tlsVariables>>,
): ServiceCertificateFiles | undefined {
  const { TRIBUTARY_TLS_KEY_FILE: key, TRIBUTARY_TLS_CERT_FILE: cert, TRIBUTARY_TLS_CA_FILE: ca } = environment;
  if (key === undefined && cert === undefined && ca === undefined) return undefined;
  if (key === undefined || cert === undefined || ca === undefined) {
    throw new EnvironmentError([`${Object.keys(tlsVariables).join(', ')}: are required together`]);
  }
  return { keyFile: resolve(key), certFile: resolve(cert), caFile: resolve(ca) };
}

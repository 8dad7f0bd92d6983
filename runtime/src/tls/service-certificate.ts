import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { StartError } from '../lifecycle/start-error.ts';

/** By what services know each other below HTTP: each shows a certificate that their common authority has signed. PEM, all three. */
export interface ServiceCertificate {
  readonly key: string;
  readonly cert: string;
  /** The authority; that of public sites does not count. */
  readonly ca: string;
}

/** Where they are. */
export interface ServiceCertificateFiles {
  readonly keyFile: string;
  readonly certFile: string;
  readonly caFile: string;
}

/** @throws StartError when a file cannot be read, or they do not fit together */
export async function readServiceCertificate(files: ServiceCertificateFiles): Promise<ServiceCertificate> {
  try {
    const read = (file: string) => readFile(file, 'utf8');
    const [key, cert, ca] = await Promise.all([read(files.keyFile), read(files.certFile), read(files.caFile)]);
    const certificate = { key, cert, ca };
    createSecureContext(certificate);
    return certificate;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`cannot use ${files.certFile} and its key: ${reason}`, { exitCode: 2, cause: error });
  }
}

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate and its key, PEM. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Signs certificates for servers and clients on this machine. */
export interface TestAuthority {
  readonly cert: string;
  issue(name: string): TestCertificate;
}

// The tags of https://www.itu.int/rec/T-REC-X.690 that a certificate needs.
const SEQUENCE = 0x30;
const SET = 0x31;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const IP_ADDRESS = 0x87;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const ed25519 = der(SEQUENCE, der(OBJECT_ID, Buffer.from([0x2b, 0x65, 0x70])));
const commonName = der(OBJECT_ID, Buffer.from([0x55, 0x04, 0x03]));
const basicConstraints = der(OBJECT_ID, Buffer.from([0x55, 0x1d, 0x13]));
const subjectAltName = der(OBJECT_ID, Buffer.from([0x55, 0x1d, 0x11]));
const yes = der(BOOLEAN, Buffer.from([0xff]));

const hourMs = 3_600_000;
let serial = 0;

/** Makes an authority that nobody else knows. */
export function makeTestAuthority(name: string): TestAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const isAuthority = der(SEQUENCE, basicConstraints, yes, der(OCTET_STRING, der(SEQUENCE, yes)));
  return {
    cert: certify({ issuer: name, subject: name, publicKey, signer: privateKey, extension: isAuthority }),
    issue(subject) {
      const pair = generateKeyPairSync('ed25519');
      const localhost = der(IP_ADDRESS, Buffer.from([127, 0, 0, 1]));
      const extension = der(SEQUENCE, subjectAltName, der(OCTET_STRING, der(SEQUENCE, localhost)));
      return {
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: certify({ issuer: name, subject, publicKey: pair.publicKey, signer: privateKey, extension }),
      };
    },
  };
}

interface Certified {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  signer: KeyObject;
  extension: Buffer;
}

/** An X.509 certificate, good for an hour: https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certify({ issuer, subject, publicKey, signer, extension }: Certified): string {
  serial += 1;
  const nowMs = Date.now();
  const content = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1, serial])),
    ed25519,
    distinguishedName(issuer),
    der(SEQUENCE, utcTime(nowMs - hourMs), utcTime(nowMs + hourMs)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, extension)),
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign(null, content, signer));
  const base64 = der(SEQUENCE, content, ed25519, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

function distinguishedName(name: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, commonName, der(UTF8_STRING, Buffer.from(name)))));
}

function utcTime(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(UTC_TIME, Buffer.from(`${digits}Z`));
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** Stands in every secret that the tests make up, so that it is known wherever it comes up. */
const MARKER = 'tributary-test-secret';

/** A secret that nothing may write anywhere: 32 characters or more, which need no escaping in a URL, in SQL or in JSON. */
export function testSecret(name: string): string {
  return `${MARKER}-${name}`.padEnd(48, '-0123456789');
}

/** What secrets look like, those that are made at random in the tests included. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'a secret of the tests': new RegExp(MARKER, 'g'),
  'a password that people of the tests have': /correct horse battery/g,
  'a signed token': /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  'a refresh token': /ses_\w{13}\.[\w-]{43}\.[\w-]{43}/g,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
  'a hash of a password': /scrypt\$\d+\$\d+\$\d+\$[\w-]{16,}/g,
  'a URL with a password': /\b\w+:\/\/[^\s/:@"']+:[^\s/:@"']+@/g,
};

/** A secret where none may be. */
export interface Leak {
  /** What kind of secret it is. */
  readonly kind: string;
  /** What stands before it, to find who wrote it; never the secret. */
  readonly after: string;
}

/** All secrets in what was written somewhere. */
export function findSecrets(text: string): Leak[] {
  return Object.entries(SECRETS).flatMap(([kind, form]) =>
    Array.from(text.matchAll(form), ({ index }) => ({ kind, after: text.slice(Math.max(0, index - 120), index) })),
  );
}

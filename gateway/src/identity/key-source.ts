import { readFile } from 'node:fs/promises';
import { SideConnection } from '../subgraph-fetch/side-connection.ts';

/** Where the keys that verify access tokens come from: files with PEM or JSON Web Key Sets, or a key set that is published. */
export type KeySource = { readonly publicKeyFiles: readonly string[] } | { readonly jwksUrl: string };

/** Gets the texts with the keys, one a file. */
export interface KeyReader {
  readonly name: string;
  read(): Promise<string[]>;
  stop(): Promise<void>;
}

const FETCH_TIMEOUT_MS = 5_000;
const KEY_SET_LIMIT_BYTES = 1024 * 1024;

/** Reads keys; nothing is read yet. */
export function createKeyReader(source: KeySource): KeyReader {
  return 'jwksUrl' in source ? publishedKeys(source.jwksUrl) : keyFiles(source.publicKeyFiles);
}

function keyFiles(files: readonly string[]): KeyReader {
  return {
    name: files.join(', '),
    read: () => Promise.all(files.map((file) => readFile(file, 'utf8'))),
    stop: async () => undefined,
  };
}

/** Redirects are not followed: whoever can redirect must not be able to name another publisher. */
function publishedKeys(url: string): KeyReader {
  // Its name goes without its user, password and query, which may be secrets.
  const { origin, pathname, search } = new URL(url);
  const connection = new SideConnection(origin, {
    timeoutMs: FETCH_TIMEOUT_MS,
    responseLimitBytes: KEY_SET_LIMIT_BYTES,
  });
  return {
    name: `${origin}${pathname}`,
    read: async () => [await connection.ask({ method: 'GET', path: pathname + search, headers: [] })],
    stop: () => connection.stop(),
  };
}

import { hash } from 'node:crypto';

/** By this header programs say who they are that have no viewer. */
export const API_KEY_HEADER = 'x-api-key';

/** Knows the clients of API keys. It keeps no key, and how long it takes says nothing about one. */
export class ApiKeys {
  readonly #clients: ReadonlyMap<string, string>;

  /** @param keys by the names of clients */
  constructor(keys: ReadonlyMap<string, string>) {
    this.#clients = new Map([...keys].map(([client, key]) => [digest(key), client]));
  }

  /** The name of a key's client; `undefined` for a key that nobody has. */
  clientOf(key: string): string | undefined {
    return this.#clients.size === 0 ? undefined : this.#clients.get(digest(key));
  }
}

function digest(key: string): string {
  return hash('sha256', key, 'base64url');
}

import type { RequestHeaders } from '@tributary/runtime/http/http-message';
import type { BucketLimit } from '@tributary/runtime/rate-limit/bucket-limit';
import { clientNetwork } from '@tributary/runtime/rate-limit/client-network';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { LRUCache } from 'lru-cache';
import type { ClientAddress } from '../edge/client-address.ts';
import { API_KEY_HEADER, ApiKeys } from './api-keys.ts';
import { type RateLimitPolicy, rateLimitPolicy } from './rate-limit-policy.ts';

/** A client as far as its limit depends on who it is. */
export interface ClassifiedClient {
  /** Of its bucket. */
  readonly key: string;
  readonly policy: RateLimitPolicy;
}

export interface ClientClassesOptions {
  /**
   * By class: `anonymous`, a role in lower case, `key`, or `key:` and the name of a key's client. A class that has none is not
   * limited.
   */
  readonly limits: ReadonlyMap<string, BucketLimit>;
  /** By the names of clients. */
  readonly apiKeys: ReadonlyMap<string, string>;
  readonly clientAddress: ClientAddress;
}

/** What is looked at of a request. */
export interface LimitedRequest {
  readonly headers: Pick<RequestHeaders, 'get'>;
  readonly remoteAddress?: string | undefined;
}

/** To take an address apart costs as much as all the rest, and the same ones come again. */
const KNOWN_ADDRESSES = 10_000;

/** Tells clients apart: a viewer, else a known API key, else the network of an address. */
export class ClientClasses {
  readonly #policies: ReadonlyMap<string, RateLimitPolicy>;
  readonly #apiKeys: ApiKeys;
  readonly #clientAddress: ClientAddress;
  readonly #addresses = new LRUCache<string, ClassifiedClient>({ max: KNOWN_ADDRESSES });
  readonly #viewers = new WeakMap<Viewer, ClassifiedClient>();

  constructor({ limits, apiKeys, clientAddress }: ClientClassesOptions) {
    this.#policies = new Map([...limits].map(([name, limit]) => [name, rateLimitPolicy(name, limit)]));
    this.#apiKeys = new ApiKeys(apiKeys);
    this.#clientAddress = clientAddress;
  }

  /** Of every class that is limited. */
  get policies(): readonly RateLimitPolicy[] {
    return [...this.#policies.values()];
  }

  /** @returns `undefined` for a client that is not limited */
  of(viewer: Viewer | null, request: LimitedRequest): ClassifiedClient | undefined {
    if (viewer) return this.#ofViewer(viewer);
    const apiKey = request.headers.get(API_KEY_HEADER);
    const client = apiKey === undefined ? undefined : this.#apiKeys.clientOf(apiKey);
    return client === undefined ? this.#ofAddress(request) : this.#ofKey(client);
  }

  #ofViewer(viewer: Viewer): ClassifiedClient | undefined {
    const known = this.#viewers.get(viewer);
    if (known) return known;
    const policy = this.#policies.get(viewer.role.toLowerCase());
    const client = policy && { key: `${policy.name}:${viewer.userId}`, policy };
    if (client) this.#viewers.set(viewer, client);
    return client;
  }

  #ofKey(client: string): ClassifiedClient | undefined {
    const policy = this.#policies.get(`key:${client}`) ?? this.#policies.get('key');
    return policy && { key: `key:${client}`, policy };
  }

  #ofAddress({ headers, remoteAddress }: LimitedRequest): ClassifiedClient | undefined {
    const policy = this.#policies.get('anonymous');
    if (!policy) return undefined;
    const address = this.#clientAddress(remoteAddress, headers.get('x-forwarded-for')) ?? 'unknown';
    let client = this.#addresses.get(address);
    if (!client) {
      client = { key: `anonymous:${clientNetwork(address)}`, policy };
      this.#addresses.set(address, client);
    }
    return client;
  }
}

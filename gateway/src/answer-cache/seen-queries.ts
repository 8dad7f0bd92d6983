import { LRUCache } from 'lru-cache';
import type { OperationStats } from '../metrics/operation-stats.ts';
import type { OperationIdentity } from '../planning/compiled-supergraph.ts';
import type { VersionedIdentifier } from '../supergraph/gateway-operation.ts';
import type { UsageCounter } from '../usage/usage-counter.ts';
import { type QueryKeys, queryKeys } from './answer-key.ts';

/** A query that was let in before, as far as its answers depend on it. It holds on to no document. */
export class SeenQuery {
  readonly #identifier: VersionedIdentifier;
  readonly #variables: string;
  readonly #keys: { readonly decisionKey: string; readonly anybody: string; readonly keys: QueryKeys }[] = [];

  /** Where its answers are counted; absent where nothing is measured. */
  readonly stats: OperationStats | undefined;
  /** Where it is counted what its client uses; absent where nobody counts that. */
  readonly usage: UsageCounter | undefined;

  /** @param variables as `variablesText` writes them */
  constructor(
    identifier: VersionedIdentifier,
    variables: string,
    { stats, usage }: { stats?: OperationStats | undefined; usage?: UsageCounter | undefined } = {},
  ) {
    this.#identifier = identifier;
    this.#variables = variables;
    this.stats = stats;
    this.usage = usage;
  }

  /** Of the supergraph that it was let in for. */
  get version(): string {
    return this.#identifier.version;
  }

  get identify(): VersionedIdentifier['identify'] {
    return this.#identifier.identify;
  }

  /** Counts a request for it among what its client uses. */
  countUse(): void {
    this.usage?.count(() => JSON.parse(this.#variables));
  }

  /** What its answers are found by, for callers about whom that was decided. */
  keysFor(identity: OperationIdentity, anybody: string): QueryKeys {
    for (const known of this.#keys) {
      if (known.anybody === anybody && known.decisionKey === identity.decisionKey) return known.keys;
    }
    const keys = queryKeys({ version: this.version, identity, variables: this.#variables, anybody });
    if (this.#keys.length >= MOST_KEYS) this.#keys.shift();
    this.#keys.push({ decisionKey: identity.decisionKey, anybody, keys });
    return keys;
  }

  /** How much it takes, estimated. */
  get bytes(): number {
    return BYTES + this.#variables.length;
  }
}

/** A bound for clients that try all values of the headers that answers depend on. */
const MOST_KEYS = 8;
/** With one set of keys. */
const BYTES = 1_000;

/** Queries by the very requests that brought them. */
export class SeenQueries {
  readonly #queries: LRUCache<string, SeenQuery>;
  #admitted: object | undefined;

  /** @param limitBytes how much they may take together, estimated */
  constructor(limitBytes: number) {
    this.#queries = new LRUCache({
      maxSize: limitBytes,
      sizeCalculation: (query, source) => query.bytes + source.length,
    });
  }

  /** @param admitted another object when other operations may be let in than before: then nothing is remembered of those */
  find(source: string, client: string | undefined, admitted: object | undefined): SeenQuery | undefined {
    this.#forgetUnless(admitted);
    return this.#queries.get(nameOf(source, client));
  }

  remember(source: string, client: string | undefined, admitted: object | undefined, query: SeenQuery): void {
    this.#forgetUnless(admitted);
    this.#queries.set(nameOf(source, client), query);
  }

  #forgetUnless(admitted: object | undefined): void {
    if (admitted === this.#admitted) return;
    this.#queries.clear();
    this.#admitted = admitted;
  }
}

/** What an id stands for may depend on the client that sends it. No header has a line break in it. */
function nameOf(source: string, client = ''): string {
  return `${client}\n${source}`;
}

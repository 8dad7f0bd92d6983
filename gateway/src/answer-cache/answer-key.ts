import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { OperationIdentity } from '../planning/compiled-supergraph.ts';
import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';

/** Raised with every change of what is kept under a key. */
const FORMAT = 1;

/** What a request asks for, whoever asks. */
export interface AskedQuery {
  /** Of the supergraph. */
  readonly version: string;
  readonly identity: OperationIdentity;
  /** As `variablesText` writes them. */
  readonly variables: string;
  /** The caller with nobody as its viewer: the headers that answers may depend on. */
  readonly anybody: string;
}

/** What the answers to a query are found by. */
export interface QueryKeys {
  /** The operation with what was decided about its viewer, whatever its variables are. */
  readonly operation: string;
  readonly decisionKey: string;
  readonly publicKey: string;
}

/** The keys of what a request asks for. */
export function queryKeys(query: AskedQuery): QueryKeys {
  const { version, identity } = query;
  const { hash: operation, decisionKey } = identity;
  return { operation: version + operation + decisionKey, decisionKey, publicKey: publicKey(query) };
}

/** The key of the answer that everybody gets about whom the same was decided. */
function publicKey({ version, identity, variables, anybody }: AskedQuery): string {
  return `answer:${digest([FORMAT, version, identity.hash, identity.decisionKey, anybody, variables])}`;
}

/** The keys of callers' own answers. */
export class PrivateKeys {
  /** To make one costs as much as a hit of its own, and the same callers come again. */
  readonly #digests = new LRUCache<string, string>({ max: MOST_CALLERS });

  /** @param key as everybody's answer would have it */
  of(key: string, caller: string): string {
    return `${key}:${this.#digestOf(caller)}`;
  }

  #digestOf(caller: string): string {
    const known = this.#digests.get(caller);
    if (known !== undefined) return known;
    const made = digest([caller]);
    this.#digests.set(caller, made);
    return made;
  }
}

const MOST_CALLERS = 10_000;

/** A list as JSON is not to be taken for another one, whatever its texts are. */
function digest(parts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

/**
 * Variables as a text that is equal for equal ones only, in whatever order their names came.
 * @param variables as they were parsed out of JSON
 * @returns `undefined` where there is no such text: an infinite number, which JSON writes as `null`, or too many levels
 */
export function variablesText(variables: Readonly<JsonObject>): string | undefined {
  let isExact = true;
  const inOrder = (_: string, value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isFinite(value)) isExact = false;
    return isJsonObject(value) ? sorted(value) : value;
  };
  try {
    const text = JSON.stringify(variables, inOrder);
    return isExact ? text : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Without a prototype even `__proto__` is a name like any other. */
function sorted(source: Readonly<JsonObject>): object {
  const copy: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(source).sort()) copy[name] = source[name];
  return copy;
}

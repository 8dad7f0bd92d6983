import type { Cache, EntryOptions, FillContext } from '@tributary/runtime/cache/cache';
import { NO_POSITIONS, type Positions } from '@tributary/runtime/cache/positions';
import type { WrittenAnswer } from '../execution/compiled-operation.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';
import { inCacheSpan } from '../tracing/cache-spans.ts';
import { PrivateKeys, type QueryKeys, queryKeys, variablesText } from './answer-key.ts';
import { AnswerCounters, type AnswerOutcome } from './answer-outcome.ts';
import { LearnedScopes } from './learned-scopes.ts';
import { type FilledQuery, fillQuery } from './query-fill.ts';
import { ageSeconds, isStoredValue, type Marker, type StoredAnswer, type StoredValue } from './stored-answer.ts';

export interface AnswerCacheOptions {
  readonly gateway: Pick<CompiledGateway, 'identifierOf' | 'answerInText' | 'answerObserved'>;
  readonly cache: Pick<Cache, 'getOrFill' | 'getKept' | 'peek' | 'catchUp'>;
  /** How long answers are served beyond their time to live while they are refreshed. */
  readonly staleMs: number;
  /** How long when they cannot be refreshed. */
  readonly staleIfErrorMs: number;
  /** The clock; `Date.now` unless told. */
  readonly nowMs?: () => number;
}

/** A caller as far as answers depend on them. */
export interface Audience {
  /** Equal for callers whom the same may be answered. */
  readonly caller: string;
  /** The same without who they are: equal for callers who are answered the same where that does not depend on who they are. */
  readonly anybody: string;
}

/** An answer as it is kept, or may be; or one that must not be. */
export type Answered =
  | { readonly kind: 'stored'; readonly stored: StoredAnswer }
  | { readonly kind: 'written'; readonly written: WrittenAnswer };

/** What a request without an explanation would have come to. */
export interface InspectedAnswer {
  readonly outcome: AnswerOutcome;
  readonly answer?: Pick<StoredAnswer, 'scope' | 'maxAgeS' | 'tags'> & { readonly ageSeconds: number };
}

/** A fill that has a value for its own caller only. */
class NotKept extends Error {}

/** Markers spare other processes an execution; what they say may change with the next deploy of a subgraph. */
const MARKER_TTL_MS = 30_000;

/** What is slow is asked twice for so many answers at a time and no more: it may be slow for having too much to do. */
const MOST_BEHIND = 4;

/**
 * Answers queries out of a cache of whole answers, and fills it. An answer is everybody's where all its subgraphs say so, else its
 * viewer's, whose key has everything in it that subgraphs are told about them, and their session. Kept is only what has no errors.
 *
 * How an answer may be kept is known when the query was executed. So whoever asks first looks where everybody's answer would be;
 * where it turns out to be private or uncacheable, that is left there instead, as `Vary` is in caches of HTTP.
 */
export class AnswerCache {
  readonly counters = new AnswerCounters();
  readonly #options: AnswerCacheOptions;
  readonly #rules: EntryOptions<StoredValue>;
  readonly #learned: LearnedScopes;
  readonly #privateKeys = new PrivateKeys();
  /** Keys whose answers are made behind clients that had no time for them. */
  readonly #behind = new Set<string>();
  readonly #nowMs: () => number;

  constructor(options: AnswerCacheOptions) {
    const { staleMs, staleIfErrorMs, nowMs = Date.now } = options;
    this.#options = options;
    this.#nowMs = nowMs;
    this.#learned = new LearnedScopes(nowMs);
    this.#rules = { ttlMs: MARKER_TTL_MS, staleMs, staleIfErrorMs, isValue: isStoredValue, describe };
  }

  /**
   * Answers a query.
   * @throws what executing it throws
   */
  answer(asked: GatewayOperation, audience: Audience): Promise<Answered> {
    return asked.context.trace?.span
      ? inCacheSpan(asked, (traced) => this.#answer(traced, audience))
      : this.#answer(asked, audience);
  }

  async #answer(asked: GatewayOperation, audience: Audience): Promise<Answered> {
    const keys = await this.#keysOf(asked, audience);
    if (!keys) return this.#execute(asked, 'unkeyed');
    switch (this.#learned.of(keys.operation)) {
      case 'uncacheable':
        return this.#execute(asked, 'uncacheable');
      case 'to be tried':
        return this.#answerOf(await this.#fill(asked, keys, NO_POSITIONS, asked.context.deadlineMs), 'uncacheable');
      case 'private':
        return this.#answerOwn(asked, keys, audience);
      case undefined:
        return this.#answerAny(asked, keys, audience);
    }
  }

  /** The fresh answer that this process has at hand. */
  peek({ operation, publicKey: key }: QueryKeys, caller: () => string): StoredAnswer | undefined {
    const isPrivate = this.#learned.isPrivate(operation);
    const shared = isPrivate ? undefined : this.#peekAt(key);
    const value = isPrivate || shared?.kind === 'private' ? this.#peekAt(this.#privateKeys.of(key, caller())) : shared;
    if (value?.kind !== 'answer') return undefined;
    this.counters.add('hit');
    return value;
  }

  /** What the answers to a query are found by; `undefined` where its variables have no text of their own. */
  async #keysOf(asked: GatewayOperation, { anybody }: Audience): Promise<QueryKeys | undefined> {
    const variables = variablesText(asked.variables);
    if (variables === undefined) return undefined;
    const { version, identify } = this.#options.gateway.identifierOf(asked);
    return queryKeys({ version, identity: await identify(asked.context.viewer), variables, anybody });
  }

  /** What the answer to a query would be taken from, without executing it. */
  async inspect(asked: GatewayOperation, audience: Audience): Promise<InspectedAnswer> {
    const keys = await this.#keysOf(asked, audience);
    if (!keys) return { outcome: 'unkeyed' };
    const fill = () => Promise.reject(new NotKept());
    const at = (key: string) => this.#options.cache.getOrFill(key, fill, this.#rules).catch(() => undefined);
    let value = this.#learned.isPrivate(keys.operation) ? PRIVATE : await at(keys.publicKey);
    if (value?.kind === 'private') value = await at(this.#privateKeys.of(keys.publicKey, audience.caller));
    if (value?.kind !== 'answer') return { outcome: value?.kind === 'uncacheable' ? 'uncacheable' : 'miss' };
    const { scope, maxAgeS, tags } = value;
    return {
      outcome: this.#outcomeOf(value),
      answer: { scope, maxAgeS, tags, ageSeconds: ageSeconds(value, this.#nowMs()) },
    };
  }

  /**
   * To be called when a mutation has ended, before it is answered. What its subgraphs said is invalid is not shown any more to
   * whoever asks this process from then on. Other gateways show it until the message reaches them, a millisecond or so later; for
   * as long as the cache's local tier keeps entries if it never does.
   */
  async afterMutation(): Promise<void> {
    await this.catchUp();
  }

  /** What was said to be invalid before the call, whoever said so, is not shown any more to whoever asks after it. */
  async catchUp(): Promise<void> {
    await this.#options.cache.catchUp();
  }

  /** Looks where the answer is if everybody gets the same. */
  async #answerAny(asked: GatewayOperation, keys: QueryKeys, audience: Audience): Promise<Answered> {
    const found = await this.#find(keys.publicKey, asked, keys, (kept) => (kept.scope === 'public' ? kept : PRIVATE));
    if (found.kind === 'private') {
      this.#learned.learn(keys.operation, 'private');
      return this.#answerOwn(asked, keys, audience);
    }
    return this.#settle(found, asked, keys);
  }

  async #answerOwn(asked: GatewayOperation, keys: QueryKeys, { caller }: Audience): Promise<Answered> {
    const found = await this.#find(this.#privateKeys.of(keys.publicKey, caller), asked, keys, (kept) => kept);
    return this.#settle(found, asked, keys);
  }

  async #settle(found: Answered | Marker, asked: GatewayOperation, keys: QueryKeys): Promise<Answered> {
    if (found.kind === 'stored' || found.kind === 'written') return found;
    this.#learned.learn(keys.operation, 'uncacheable');
    return this.#execute(asked, 'uncacheable');
  }

  /** An answer, or what somebody else has left at the key instead. What was executed for this caller is answered in any case. */
  async #find(
    key: string,
    asked: GatewayOperation,
    keys: QueryKeys,
    toKeep: (answer: StoredAnswer) => StoredValue,
  ): Promise<Answered | Marker> {
    if (this.#behind.has(key)) return this.#answerMeanwhile(key, asked);
    if (this.#learned.wasNotKept(key)) return this.#execute(asked, 'not-kept');
    const { deadlineMs } = asked.context;
    let isAwaited = true;
    let own: FilledQuery | undefined;
    let hasFilled = false;
    const fill = async ({ minimumPositions }: FillContext): Promise<StoredValue> => {
      hasFilled = true;
      own = await this.#fill(asked, keys, minimumPositions, isAwaited ? deadlineMs : undefined);
      if (own.kept === 'nothing') throw new NotKept();
      return own.kept === 'uncacheable' ? UNCACHEABLE : toKeep(own.kept);
    };
    let value: StoredValue | undefined;
    try {
      value = await this.#options.cache.getOrFill(key, fill, this.#rules);
    } catch (error) {
      // Another caller's failure may tell about that caller.
      if (!hasFilled) return this.#execute(asked, 'not-kept');
      if (!own) throw error;
      this.#learned.noteNotKept(key);
    }
    isAwaited = false;
    if (own?.kept === 'nothing' && deadlineMs !== undefined && performance.now() >= deadlineMs) {
      void this.#fillBehind(key, asked, keys, toKeep);
    }
    // An older answer is better than one with errors.
    if (own && (own.kept !== 'nothing' || value?.kind !== 'answer')) return this.#answerOf(own, 'miss');
    if (value?.kind !== 'answer') return value ?? UNCACHEABLE;
    this.counters.add(this.#outcomeOf(value));
    return { kind: 'stored', stored: value };
  }

  /** While an answer is made that a client had no time for, an older one is better than to have no time for it once more. */
  async #answerMeanwhile(key: string, asked: GatewayOperation): Promise<Answered> {
    const kept = await this.#options.cache.getKept(key, this.#rules);
    if (kept?.kind !== 'answer') return this.#execute(asked, 'not-kept');
    this.counters.add(this.#outcomeOf(kept));
    return { kind: 'stored', stored: kept };
  }

  /**
   * Makes the answer once more without regard to any client's time, for those who come later; who comes meanwhile doesn't wait for
   * it. Otherwise what takes longer than its clients wait would never be kept.
   */
  async #fillBehind(
    key: string,
    asked: GatewayOperation,
    keys: QueryKeys,
    toKeep: (answer: StoredAnswer) => StoredValue,
  ): Promise<void> {
    if (this.#behind.size >= MOST_BEHIND || this.#behind.has(key)) return;
    this.#behind.add(key);
    const fill = async ({ minimumPositions }: FillContext): Promise<StoredValue> => {
      const { kept } = await this.#fill(asked, keys, minimumPositions, undefined);
      if (kept === 'nothing') throw new NotKept();
      return kept === 'uncacheable' ? UNCACHEABLE : toKeep(kept);
    };
    await this.#options.cache.getOrFill(key, fill, this.#rules).catch(() => undefined);
    this.#behind.delete(key);
  }

  /** Executes a query, and learns from what came of it. */
  async #fill(
    asked: GatewayOperation,
    keys: QueryKeys,
    minimumPositions: Positions,
    deadlineMs: number | undefined,
  ): Promise<FilledQuery> {
    const nowMs = this.#nowMs();
    const { decisionKey } = keys;
    const filled = await fillQuery(this.#options.gateway, asked, { decisionKey, nowMs, minimumPositions, deadlineMs });
    const { kept } = filled;
    if (kept !== 'nothing') this.#learned.learn(keys.operation, kept === 'uncacheable' ? kept : kept.scope);
    return filled;
  }

  #answerOf({ kept, written }: FilledQuery, outcome: AnswerOutcome): Answered {
    this.counters.add(outcome);
    return typeof kept === 'string' ? { kind: 'written', written } : { kind: 'stored', stored: kept };
  }

  async #execute(asked: GatewayOperation, outcome: AnswerOutcome): Promise<Answered> {
    this.counters.add(outcome);
    return { kind: 'written', written: await this.#options.gateway.answerInText({ ...asked, isQuery: true }) };
  }

  #peekAt(key: string): StoredValue | undefined {
    return this.#options.cache.peek(key, isStoredValue);
  }

  #outcomeOf({ filledAtMs, maxAgeS }: StoredAnswer): AnswerOutcome {
    return this.#nowMs() - filledAtMs < maxAgeS * 1_000 ? 'hit' : 'stale';
  }
}

const PRIVATE: Marker = { kind: 'private' };
const UNCACHEABLE: Marker = { kind: 'uncacheable' };

function describe(value: StoredValue): { tags: readonly string[]; ttlMs: number } {
  if (value.kind !== 'answer') return { tags: [], ttlMs: MARKER_TTL_MS };
  return { tags: value.tags, ttlMs: value.maxAgeS * 1_000 };
}

import type { TraceSpan } from '@tributary/runtime/tracing/trace-span';
import type { CompiledOperation, WrittenAnswer } from '../execution/compiled-operation.ts';
import type { SubgraphTransport } from '../execution/fetches/subgraph-request.ts';
import { tooDeep } from '../execution/merging/too-deep.ts';
import type { AbortState } from '../subgraph-fetch/exchange.ts';
import type { JsonObject } from '../subgraph-fetch/json-object.ts';
import type { ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';
import { shareInSpan } from '../tracing/fetch-spans.ts';
import { copyAnswer } from './copy-answer.ts';
import { Flights } from './flights.ts';
import type { SharingMode } from './sharing-mode.ts';
import { variablesKey } from './variables-key.ts';

/** A query of a client, compiled for what was decided about its caller. */
export interface ClientQuery {
  readonly caller: string;
  readonly operation: CompiledOperation;
  readonly variables: Readonly<JsonObject>;
  readonly signal: AbortState | undefined;
}

/**
 * What requests of equal callers (see `CallerKey`) share while it is under way. Mutations are never shared, and once one has ended
 * its caller's queries no longer join those that began before: they would not see what it has changed.
 */
export class RequestSharing {
  readonly #mode: SharingMode;
  readonly #fetches = new Flights<ReceivedAnswer>(copyAnswer);
  readonly #answers = new Flights<WrittenAnswer>((answer) => answer);
  /** An operation is compiled once for each set of decisions, so its number stands for text, schema and decisions. */
  readonly #numbers = new WeakMap<CompiledOperation, number>();
  #lastNumber = 0;

  constructor(mode: SharingMode) {
    this.#mode = mode;
  }

  /**
   * Sends equal queries of equal callers to a subgraph once. Each gets an answer of its own.
   * @param sharer.decisionKey what was decided about the caller for the operation that is executed
   * @param sharer.span shows what others had sent already; absent where nothing is recorded
   */
  transport(
    send: SubgraphTransport,
    { caller, decisionKey, span }: { caller: string; decisionKey: string; span?: TraceSpan | undefined },
  ): SubgraphTransport {
    if (this.#mode === 'off') return send;
    return async (request, signal) => {
      const { subgraph, body, operationKind } = request;
      if (operationKind === 'mutation') return send(request, signal).finally(() => this.#seal(caller));
      // There is no space in the first part and no line break in the last.
      const work = `${decisionKey} ${subgraph}\n${body}`;
      try {
        const share = (sendOne: SubgraphTransport) =>
          this.#fetches.share({ caller, work, signal }, (shared) => sendOne(request, shared));
        return await (span ? shareInSpan({ span, request, send }, share) : share(send));
      } catch (error) {
        throw error instanceof RangeError ? tooDeep(subgraph, error) : error;
      }
    };
  }

  /** Executes equal queries of equal callers once. All get the same answer, and must leave it as it is. */
  answer(
    { caller, operation, variables, signal }: ClientQuery,
    execute: (signal: AbortState | undefined) => Promise<WrittenAnswer>,
  ): Promise<WrittenAnswer> {
    const key = this.#mode === 'all' ? variablesKey(variables) : undefined;
    if (key === undefined) return execute(signal);
    return this.#answers.share({ caller, work: `${this.#numberOf(operation)} ${key}`, signal }, execute);
  }

  #seal(caller: string): void {
    this.#fetches.seal(caller);
    this.#answers.seal(caller);
  }

  #numberOf(operation: CompiledOperation): number {
    const known = this.#numbers.get(operation);
    if (known !== undefined) return known;
    this.#lastNumber += 1;
    this.#numbers.set(operation, this.#lastNumber);
    return this.#lastNumber;
  }
}

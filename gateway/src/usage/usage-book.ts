import type { DocumentNode, GraphQLSchema } from 'graphql';
import { asksForSchema } from '../planning/introspection-fields.ts';
import { type CountedUse, UsageCounter } from './usage-counter.ts';
import { type UsedOperation, usedOperation } from './used-operation.ts';

/** A validated operation. */
interface ValidOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
}

interface BookedOperation {
  readonly schema: GraphQLSchema;
  /** `undefined` for what only asks for the schema. */
  readonly operation: UsedOperation | undefined;
  readonly byClient: Map<string | undefined, UsageCounter>;
}

/** What was counted since the last taking. */
export interface TakenUsage {
  readonly uses: readonly CountedUse[];
  /** Requests that were too many to be told apart. */
  readonly untold: number;
}

/** Pairs of client and operation in one interval. */
const MOST_COUNTERS = 5_000;
/** Of one operation; anybody may make up names. */
const MOST_CLIENTS = 500;
const LONGEST_CLIENT = 64;
/** Whoever does not say who they are. */
export const UNNAMED_CLIENT = 'unnamed';

/** Counts in this process which clients send which operations. What an operation uses is found once, when it is first met. */
export class UsageBook {
  readonly #operations = new WeakMap<DocumentNode, Map<string | undefined, BookedOperation>>();
  #counters: UsageCounter[] = [];
  #untold = 0;

  /**
   * Where the requests of a client for an operation are counted; nothing for what asks for the schema.
   * @param client as it says itself
   */
  counterOf(asked: ValidOperation, client: string | undefined): UsageCounter | undefined {
    const booked = this.#bookedOf(asked);
    return booked.byClient.get(client) ?? this.#newCounter(booked, client);
  }

  /** What was counted, and begins anew. */
  take(): TakenUsage {
    const taken = { uses: this.#counters.map((counter) => counter.take()), untold: this.#untold };
    this.#counters = [];
    this.#untold = 0;
    return taken;
  }

  /** Counts again what was taken and could not be told to anybody. */
  putBack({ uses, untold }: TakenUsage): void {
    this.#untold += untold;
    for (const use of uses)
      new UsageCounter(use.client, use.operation, (first) => this.#begin(first, use.uses)).putBack(use);
  }

  #bookedOf({ schema, document, operationName }: ValidOperation): BookedOperation {
    const byName = this.#operations.get(document) ?? new Map<string | undefined, BookedOperation>();
    const known = byName.get(operationName);
    if (known?.schema === schema) return known;
    const operation = asksForSchema(document) ? undefined : usedOperation(schema, document, operationName);
    const made = { schema, operation, byClient: new Map() };
    byName.set(operationName, made);
    this.#operations.set(document, byName);
    return made;
  }

  #newCounter({ operation, byClient }: BookedOperation, client: string | undefined): UsageCounter | undefined {
    if (!operation) return undefined;
    const name = client?.slice(0, LONGEST_CLIENT) || UNNAMED_CLIENT;
    const counter = new UsageCounter(name, operation, (first) => this.#begin(first));
    // A counter that is in use is kept for the next taking.
    if (byClient.size >= MOST_CLIENTS) byClient.clear();
    byClient.set(client, counter);
    return counter;
  }

  #begin(counter: UsageCounter, uses = 1): boolean {
    if (this.#counters.length >= MOST_COUNTERS) {
      this.#untold += uses;
      return false;
    }
    this.#counters.push(counter);
    return true;
  }
}

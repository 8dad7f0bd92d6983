import type { DocumentNode, GraphQLSchema } from 'graphql';
import { UsageCounter } from './usage-counter.ts';
import { type CountedUse, UsageTally } from './usage-tally.ts';
import { type ReadOperation, readOperation, type UsedOperation } from './used-operation.ts';

/** A validated operation. */
interface ValidOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
}

interface BookedOperation {
  readonly schema: GraphQLSchema;
  /** `undefined` for what asks for the schema alone. */
  readonly operation: ReadOperation | undefined;
  readonly byClient: Map<string | undefined, UsageCounter>;
}

/** What was counted since the last taking. */
export interface TakenUsage {
  readonly uses: readonly CountedUse[];
  /** Requests that were too many to be told apart. */
  readonly untold: number;
}

/** Pairs of client and operation in one interval. */
const MOST_TALLIES = 5_000;
/** At hand from one interval to the next; anybody may make up names of clients. */
const MOST_COUNTERS = 20_000;
const LONGEST_CLIENT = 64;
/** What a terminal or a page might take for more than a name. */
const UNUSUAL_CHARACTER = /[^\w.,:/+() -]/g;
/** Whoever does not say who they are. */
export const UNNAMED_CLIENT = 'unnamed';

/** Counts in this process which clients send which operations. What an operation uses is found once, when it is first met. */
export class UsageBook {
  #operations = new WeakMap<DocumentNode, Map<string | undefined, BookedOperation>>();
  #counters = 0;
  #tallies = new Map<string, UsageTally>();
  #untold = 0;

  /**
   * Where the requests of a client for an operation are counted; nothing for what asks for the schema alone.
   * @param client as it says itself
   */
  counterOf(asked: ValidOperation, client: string | undefined): UsageCounter | undefined {
    const booked = this.#bookedOf(asked);
    return booked.byClient.get(client) ?? this.#newCounter(booked, client);
  }

  /** What was counted, and begins anew. */
  take(): TakenUsage {
    const taken = { uses: [...this.#tallies.values()], untold: this.#untold };
    for (const tally of taken.uses) tally.isTaken = true;
    this.#tallies = new Map();
    this.#untold = 0;
    return taken;
  }

  /** Counts again what was taken and could not be told to anybody. */
  putBack({ uses, untold }: TakenUsage): void {
    this.#untold += untold;
    for (const use of uses) this.#tallyOf(use.client, use.operation, use.uses)?.merge(use);
  }

  #bookedOf({ schema, document, operationName }: ValidOperation): BookedOperation {
    const byName = this.#operations.get(document) ?? new Map<string | undefined, BookedOperation>();
    const known = byName.get(operationName);
    if (known?.schema === schema) return known;
    const operation = readOperation(schema, document, operationName);
    const made = { schema, operation, byClient: new Map() };
    byName.set(operationName, made);
    this.#operations.set(document, byName);
    return made;
  }

  #newCounter({ operation, byClient }: BookedOperation, client: string | undefined): UsageCounter | undefined {
    if (!operation) return undefined;
    const name = client?.slice(0, LONGEST_CLIENT).replace(UNUSUAL_CHARACTER, '_') || UNNAMED_CLIENT;
    const counter = new UsageCounter(operation.inputs, () => this.#tallyOf(name, operation.use, 1));
    byClient.set(client, counter);
    this.#counters += 1;
    if (this.#counters > MOST_COUNTERS) this.#forgetCounters();
    return counter;
  }

  /** What they have counted is kept for the next taking. */
  #forgetCounters(): void {
    this.#operations = new WeakMap();
    this.#counters = 0;
  }

  /** @param uses that cannot be told apart if there is no room */
  #tallyOf(client: string, operation: UsedOperation, uses: number): UsageTally | undefined {
    const key = `${operation.hash}\n${client}`;
    const known = this.#tallies.get(key);
    if (known) return known;
    if (this.#tallies.size >= MOST_TALLIES) {
      this.#untold += uses;
      return undefined;
    }
    const tally = new UsageTally(client, operation);
    this.#tallies.set(key, tally);
    return tally;
  }
}

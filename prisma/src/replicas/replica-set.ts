import { DatabaseUnavailableError, recoverUnavailable } from '../errors/database-unavailable-error.ts';
import { messageOf } from '../errors/thrown-value.ts';
import { SERIALIZATION_FAILURE, sqlStateOf } from '../sql/sql-state.ts';
import type { DatabaseNode } from './database-node.ts';
import { SecondReads } from './second-reads.ts';
import { ANYWHERE, isAtLeast, type LogPosition } from './wal-position.ts';

/** Few reads take so long on a server that is well; an answer may take several, one after the other. */
const OVERDUE_MS = 250;

interface Read<Client, T> {
  readonly onReplica: (client: Client) => PromiseLike<T>;
  readonly onPrimary: () => PromiseLike<T>;
  readonly minimum: LogPosition;
  readonly onUsed: ((node: DatabaseNode<Client>) => void) | undefined;
  /** Whether the primary has been asked already. */
  readonly isLastResort: boolean;
}

/** The servers of one database as far as they are replicas, which a promotion changes. */
export class ReplicaSet<Client> {
  readonly nodes: readonly DatabaseNode<Client>[];
  readonly #secondReads = new SecondReads();
  #turn = 0;

  constructor(nodes: readonly DatabaseNode<Client>[]) {
    this.nodes = nodes;
  }

  /**
   * Runs a read on the healthy replica with the fewest outstanding requests. A replica that cannot be reached turns unhealthy
   * at once, and the read, which may be repeated, runs on the next one, on the primary when none is left. One that keeps the read
   * waiting until it is found to be frozen, or for a quarter of a second, is not waited for either: whoever answers first is taken.
   * Where the primary is away, too, replicas that are unhealthy are probed once more before the read is given up.
   * @param minimum a replica is read only when it has replayed so far
   * @param onUsed told of the replica that answered
   * @throws what the read throws for another reason than the connection
   */
  read<T>(
    onReplica: (client: Client) => PromiseLike<T>,
    onPrimary: () => PromiseLike<T>,
    minimum: LogPosition = ANYWHERE,
    onUsed?: (node: DatabaseNode<Client>) => void,
  ): Promise<T> {
    this.#secondReads.addRead();
    return this.#read({ onReplica, onPrimary, minimum, onUsed, isLastResort: false }, new Set());
  }

  async #read<T>(read: Read<Client, T>, tried: Set<DatabaseNode<Client>>): Promise<T> {
    const { onReplica, onUsed, minimum } = read;
    for (;;) {
      const node = this.#choose(tried, minimum) ?? (await this.#askHowFar(tried, minimum));
      if (node === undefined) return read.isLastResort ? read.onPrimary() : this.#onPrimary(read);
      tried.add(node);
      const answer = node.use(onReplica).then((result) => {
        onUsed?.(node);
        return result;
      });
      if (await this.#isKeptWaiting(node, answer)) return firstOf(answer, this.#read(read, tried));
      try {
        return await answer;
      } catch (caught) {
        const error = recoverUnavailable(caught);
        if (error instanceof DatabaseUnavailableError && error.reason === 'unreachable') {
          node.turn({ status: 'unhealthy', reason: messageOf(error.cause) });
        } else if (!wasCancelledByReplay(error)) {
          throw error;
        }
      }
    }
  }

  /** On the primary; where that is away, on replicas that were left out before and turn out to be well. */
  async #onPrimary<T>(read: Read<Client, T>): Promise<T> {
    const leftOut = this.nodes.filter(({ role, state }) => role === 'replica' && state.status === 'unhealthy');
    try {
      return await read.onPrimary();
    } catch (caught) {
      if (leftOut.length === 0 || !isPrimaryAway(caught) || !(await this.#isOneBack(leftOut))) throw caught;
      const others = this.nodes.filter((node) => !leftOut.includes(node));
      const onPrimary = () => Promise.reject(caught);
      return this.#read({ ...read, onPrimary, isLastResort: true }, new Set(others));
    }
  }

  /** Whether any of them is healthy again. One that says nothing is waited for only where the others do not answer. */
  async #isOneBack(leftOut: readonly DatabaseNode<Client>[]): Promise<boolean> {
    const asked = leftOut.map(async (node) => {
      const watch = node.watch(OVERDUE_MS);
      await Promise.race([node.askAgain(), watch.event]);
      watch.stop();
      if (node.state.status !== 'healthy') throw new Error(`${node.name} is still away`);
    });
    return Promise.any(asked).then(
      () => true,
      () => false,
    );
  }

  /** Resolves to false when there is an answer, and to true when the read is to be sent elsewhere, too. */
  async #isKeptWaiting(node: DatabaseNode<Client>, answer: Promise<unknown>): Promise<boolean> {
    const answered = answer.then(
      () => 'answered' as const,
      () => 'answered' as const,
    );
    for (const patienceMs of [OVERDUE_MS, undefined]) {
      const watch = node.watch(patienceMs);
      const event = await Promise.race([answered, watch.event]);
      watch.stop();
      if (event === 'answered') return false;
      if (event === 'lost' || this.#secondReads.take()) return true;
    }
    return false;
  }

  // The last probe may be half a second old: right after a write it knows of no replica that has it, though most do.
  async #askHowFar(
    tried: ReadonlySet<DatabaseNode<Client>>,
    minimum: LogPosition,
  ): Promise<DatabaseNode<Client> | undefined> {
    const node = minimum.bytes === 0 ? undefined : this.#choose(tried, ANYWHERE);
    if (!node) return undefined;
    // One that is frozen says nothing until its probe's time is up.
    const watch = node.watch(OVERDUE_MS);
    const position = await Promise.race([node.currentPosition(), watch.event.then(() => ANYWHERE)]);
    watch.stop();
    return isAtLeast(position, minimum) ? node : undefined;
  }

  // Ties are broken in turn, or an idle set would send everything to its first replica.
  #choose(tried: ReadonlySet<DatabaseNode<Client>>, minimum: LogPosition): DatabaseNode<Client> | undefined {
    this.#turn = (this.#turn + 1) % Math.max(1, this.nodes.length);
    let chosen: DatabaseNode<Client> | undefined;
    for (let index = 0; index < this.nodes.length; index += 1) {
      const node = this.nodes[(this.#turn + index) % this.nodes.length];
      if (node?.state.status !== 'healthy' || node.role !== 'replica' || tried.has(node)) continue;
      if (!isAtLeast(node.position, minimum)) continue;
      if (chosen === undefined || node.outstanding < chosen.outstanding) chosen = node;
    }
    return chosen;
  }
}

function isPrimaryAway(caught: unknown): boolean {
  const error = recoverUnavailable(caught);
  return (
    error instanceof DatabaseUnavailableError && (error.reason === 'unreachable' || error.reason === 'without-primary')
  );
}

// A replica cancels a read that needs rows which the log it replays has removed; elsewhere the same read succeeds.
function wasCancelledByReplay(error: unknown): boolean {
  return sqlStateOf(error) === SERIALIZATION_FAILURE;
}

/** The first answer; where there is none, why the second one is not there. */
async function firstOf<T>(first: Promise<T>, second: Promise<T>): Promise<T> {
  try {
    return await Promise.any([first, second]);
  } catch {
    return second;
  }
}

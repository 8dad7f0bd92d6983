import type { HealthProbe, NodeRole } from './health-probe.ts';
import { ANYWHERE, type LogPosition, positionOfLsn } from './wal-position.ts';

/** What a probe learned about a server that answers. */
export interface NodeProgress {
  /** How far the server is in the write-ahead log: what a replica has replayed, what a primary has written. */
  lsn: string;
  /** How far a replica is behind its primary, in milliseconds; 0 for a primary. */
  lagMs: number;
  /** Of the log: every promotion begins a higher one. */
  timeline: number;
}

export type NodeState =
  | { status: 'unprobed' }
  | { status: 'healthy'; role: NodeRole; progress: NodeProgress }
  | { status: 'unhealthy'; reason: string };

export interface DatabaseNodeOptions<Client> {
  /** `host:port` */
  name: string;
  client: Client;
  /** Probes the node now; both resolve when it has turned to what was found. */
  probe: Pick<HealthProbe, 'now' | 'anew'>;
  /** Called when the node turns healthy or unhealthy or changes its role, not for every probe. */
  onTurn: (node: DatabaseNode<Client>) => void;
}

/** Waits for a node to keep a request waiting. */
export interface NodeWatch {
  /** `lost` when it turns unhealthy, `overdue` after some time. */
  readonly event: Promise<'lost' | 'overdue'>;
  /** To be called when nobody wants to know any more. */
  stop(): void;
}

/** One server of a database: the client that talks to it, whether it is healthy, and how many requests it has in hand. */
export class DatabaseNode<Client> {
  readonly name: string;
  #client: Client;
  #onTurn: (node: DatabaseNode<Client>) => void;
  #probe: Pick<HealthProbe, 'now' | 'anew'>;
  #outstanding = 0;
  #state: NodeState = { status: 'unprobed' };
  #role: NodeRole = 'replica';
  #position = ANYWHERE;
  #askedAgain: Promise<void> | undefined;
  readonly #watchers = new Set<() => void>();

  constructor({ name, client, probe, onTurn }: DatabaseNodeOptions<Client>) {
    this.name = name;
    this.#client = client;
    this.#probe = probe;
    this.#onTurn = onTurn;
  }

  get state(): NodeState {
    return this.#state;
  }

  /** What it was when it was last asked: a replica as long as nothing is known. */
  get role(): NodeRole {
    return this.#role;
  }

  /** Where in the write-ahead log the last probe found it; `ANYWHERE` while it is not healthy. */
  get position(): LogPosition {
    return this.#position;
  }

  /**
   * Probes a node that has turned unhealthy once more: it may only have been too busy for one probe, or have cut off one request.
   * However many ask, there is one such probe; later its usual ones find out when it is back.
   */
  askAgain(): Promise<void> {
    this.#askedAgain ??= this.#probe.now();
    return this.#askedAgain;
  }

  /** Requests that were sent and not answered yet. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Where it is now, which the last probe may have been too early to see; `ANYWHERE` when it is not healthy. */
  async currentPosition(): Promise<LogPosition> {
    await this.#probe.now();
    return this.#position;
  }

  /** Where it is, as a probe finds it that begins after the call: no read that has ended by now has seen more. */
  async positionFromNowOn(): Promise<LogPosition> {
    await this.#probe.anew();
    return this.#position;
  }

  /** Runs a request on this node and counts it while it runs. */
  async use<T>(request: (client: Client) => PromiseLike<T>): Promise<T> {
    this.#outstanding += 1;
    try {
      return await request(this.#client);
    } finally {
      this.#outstanding -= 1;
    }
  }

  /** @param patienceMs until it is overdue; `undefined`: it never is */
  watch(patienceMs: number | undefined): NodeWatch {
    const { promise: event, resolve } = Promise.withResolvers<'lost' | 'overdue'>();
    const onLost = () => resolve('lost');
    this.#watchers.add(onLost);
    const timer = patienceMs === undefined ? undefined : setTimeout(() => resolve('overdue'), patienceMs);
    return {
      event,
      stop: () => {
        clearTimeout(timer);
        this.#watchers.delete(onLost);
      },
    };
  }

  turn(state: NodeState): void {
    const role = state.status === 'healthy' ? state.role : this.#role;
    const hasTurned = state.status !== this.#state.status || role !== this.#role;
    if (state.status !== this.#state.status) this.#askedAgain = undefined;
    this.#state = state;
    this.#role = role;
    this.#position =
      state.status === 'healthy'
        ? { timeline: state.progress.timeline, bytes: positionOfLsn(state.progress.lsn) }
        : ANYWHERE;
    if (hasTurned) this.#onTurn(this);
    if (state.status === 'unhealthy') for (const onLost of this.#watchers) onLost();
  }
}

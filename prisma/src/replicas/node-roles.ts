import type { NodeState } from './database-node.ts';
import type { ProbeResult } from './health-probe.ts';
import { ReplicaLag } from './replica-lag.ts';

export interface NodeRolesOptions {
  /** The servers of the database, by `host:port`. */
  nodes: readonly string[];
  /** A replica that is further behind is unhealthy until it has caught up. */
  maxLagMs: number;
  /** A clock that never goes back. */
  nowMs?: () => number;
}

/** A server that answered. */
type Answer = Extract<ProbeResult, { status: 'healthy' }>;

/** A server is given up after so many probes in a row that it did not answer: one may fail on a machine that is busy. */
const MISSED_PROBES = 2;

/**
 * Finds out which of a database's servers is its primary and which are replicas, by what probes find: a configuration only names
 * them. Every promotion begins a higher timeline, so the primary of the highest one counts, and a server of a lower one is fenced:
 * it has missed the promotion, or comes back after it. Of two on the highest neither counts, since nobody can tell which is right.
 */
export class NodeRoles {
  readonly #nodes: readonly string[];
  readonly #maxLagMs: number;
  readonly #lag: ReplicaLag;
  readonly #last = new Map<string, ProbeResult>();
  readonly #missed = new Map<string, number>();
  #timeline = 0;
  #primary: string | undefined;
  #primaryTimeline = 0;

  constructor({ nodes, maxLagMs, nowMs }: NodeRolesOptions) {
    this.#nodes = nodes;
    this.#maxLagMs = maxLagMs;
    this.#lag = new ReplicaLag({ maxLagMs, ...(nowMs && { nowMs }) });
  }

  /** The server that is written to; none while there is none, or until every server was probed once. */
  get primary(): string | undefined {
    return this.#primary;
  }

  /** The highest timeline that was heard of; 0 before anything was. */
  get timeline(): number {
    return this.#timeline;
  }

  /** Whether a server is given up: what is under way on it will not be answered. */
  isAway(node: string): boolean {
    return (this.#missed.get(node) ?? 0) >= MISSED_PROBES;
  }

  /** Takes note of what a probe found. Gives the states of the servers that it tells about, the probed one among them. */
  note(node: string, result: ProbeResult): ReadonlyMap<string, NodeState> {
    this.#last.set(node, result);
    if (result.status === 'healthy' && result.timeline > this.#timeline) this.#begin(result.timeline);
    this.#missed.set(node, result.status === 'healthy' ? 0 : (this.#missed.get(node) ?? 0) + 1);
    const states = this.#refusals();
    if (!states.has(node)) states.set(node, this.#stateOf(result));
    this.#choosePrimary(states);
    return states;
  }

  /** Takes note of a timeline that somebody else has heard of. Gives the states of the servers that it fences. */
  noteTimeline(timeline: number): ReadonlyMap<string, NodeState> {
    if (timeline > this.#timeline) this.#begin(timeline);
    const states = this.#refusals();
    this.#choosePrimary(states);
    return states;
  }

  #begin(timeline: number): void {
    this.#timeline = timeline;
    this.#lag.forget();
  }

  /** Of all that answered last time, those that must be neither read nor written. */
  #refusals(): Map<string, NodeState> {
    const answers = [...this.#last].filter((each): each is [string, Answer] => each[1].status === 'healthy');
    const claimants = answers.filter(([, { role, timeline }]) => role === 'primary' && timeline === this.#timeline);
    const reasonOf = ({ role, timeline }: Answer): string | undefined => {
      if (timeline < this.#timeline) return `is on timeline ${timeline}, while the database is on ${this.#timeline}`;
      return role === 'primary' && claimants.length > 1 ? `is one of ${claimants.length} primaries` : undefined;
    };
    const refused = answers.flatMap(([node, answer]): [string, NodeState][] => {
      const reason = reasonOf(answer);
      return reason === undefined ? [] : [[node, { status: 'unhealthy', reason }]];
    });
    return new Map(refused);
  }

  #stateOf(result: ProbeResult): NodeState {
    if (result.status === 'unhealthy') return result;
    const { role, timeline, lsn } = result;
    if (role === 'primary') {
      this.#lag.notePrimary(lsn);
      return { status: 'healthy', role, progress: { lsn, lagMs: 0, timeline } };
    }
    const lagMs = this.#lag.lagMsOf(lsn);
    if (lagMs > this.#maxLagMs) return { status: 'unhealthy', reason: `lags by ${lagMs} ms` };
    return { status: 'healthy', role, progress: { lsn, lagMs, timeline } };
  }

  #choosePrimary(refused: ReadonlyMap<string, NodeState>): void {
    // Who has not asked all of them may have met the one that was left behind.
    if (this.#last.size < this.#nodes.length) return;
    const isRefused = (node: string) => refused.get(node)?.status === 'unhealthy';
    const found = this.#nodes.find((node) => {
      const last = this.#last.get(node);
      return last?.status === 'healthy' && last.role === 'primary' && !isRefused(node);
    });
    if (found === undefined && this.#isOnlyMissed()) return;
    this.#primary = found;
    this.#primaryTimeline = this.#timeline;
  }

  /** Whether all that is known against the primary is a probe that it did not answer. */
  #isOnlyMissed(): boolean {
    if (this.#primary === undefined || this.isAway(this.#primary)) return false;
    return this.#primaryTimeline === this.#timeline && this.#last.get(this.#primary)?.status === 'unhealthy';
  }
}

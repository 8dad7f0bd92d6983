import type { QueryPlan } from '@apollo/query-planner';
import { type PlanningLimits, plannerBusy } from '../limits/planner-limits.ts';
import type { OperationPlanner } from './operation-planner.ts';
import { type PlannerThread, startPlannerThread } from './planner-thread.ts';
import type { PrintedSchemas } from './supergraph-schemas.ts';

/** One plans; the other one is for the operations behind an operation that takes long. */
const MOST_THREADS = 2;

/** A plan that has taken so long may well take much longer. */
const SLOW_MS = 200;

/** An operation that is to be planned as soon as a thread is idle. */
interface WaitingOperation {
  readonly operation: string;
  readonly outcome: PromiseWithResolvers<QueryPlan>;
  readonly timer: NodeJS.Timeout;
}

/**
 * Plans operations over one supergraph in threads of their own, in the order in which they come. An operation that takes too long
 * or too much memory costs the thread that it is planned in, and is refused; the others go on in another one.
 */
export class PlannerPool implements OperationPlanner {
  readonly #supergraphSdl: string;
  readonly #limits: PlanningLimits;
  /** Those that have ended too, until they are gone. */
  readonly #threads = new Set<PlannerThread>();
  readonly #waiting = new Set<WaitingOperation>();
  #life: 'serving' | 'retired' | 'stopped' = 'serving';

  constructor(supergraphSdl: string, limits: PlanningLimits) {
    this.#supergraphSdl = supergraphSdl;
    this.#limits = limits;
  }

  /** How many threads there are, those included that are about to be gone. */
  get threadCount(): number {
    return this.#threads.size;
  }

  /**
   * Gets a first planner ready, so that no operation has to wait for one.
   * @returns the schemas that it has read
   * @throws Error saying what is wrong with the supergraph
   */
  start(): Promise<PrintedSchemas> {
    return this.#addThread().ready;
  }

  async plan(operation: string): Promise<QueryPlan> {
    if (this.#life === 'stopped') throw stopped();
    if (this.#waiting.size >= this.#limits.waitingOperations) throw plannerBusy();
    const outcome = Promise.withResolvers<QueryPlan>();
    const timer = setTimeout(() => this.#reject(waiting, plannerBusy()), this.#limits.waitMs);
    const waiting: WaitingOperation = { operation, outcome, timer };
    this.#waiting.add(waiting);
    this.#goOn();
    return outcome.promise;
  }

  /** Stops the threads as soon as nothing waits for them; what is asked later is planned all the same. */
  retire(): void {
    if (this.#life === 'serving') this.#life = 'retired';
    this.#goOn();
  }

  /** Ends all threads; operations that are not planned yet are rejected. */
  async stop(): Promise<void> {
    this.#life = 'stopped';
    for (const waiting of this.#waiting) this.#reject(waiting, stopped());
    await Promise.all([...this.#threads].map((thread) => thread.stop()));
  }

  /** Gives idle threads something to do, and sees to it that there are threads as long as they are needed. */
  #goOn(): void {
    const living = [...this.#threads].filter(({ state }) => state !== 'ended');
    const idle = living.filter(({ state }) => state === 'idle');
    for (const waiting of this.#waiting) {
      const thread = idle.pop();
      if (!thread) break;
      this.#waiting.delete(waiting);
      clearTimeout(waiting.timer);
      void this.#plan(thread, waiting);
    }
    const isNeeded = this.#waiting.size > 0 || this.#life === 'serving';
    if (isNeeded && living.length === 0) this.#addThread();
    if (!isNeeded) for (const thread of idle) thread.leave();
  }

  async #plan(thread: PlannerThread, { operation, outcome }: WaitingOperation): Promise<void> {
    const timer = setTimeout(() => this.#addThreadBeside(thread), SLOW_MS);
    await thread.plan(operation).then(outcome.resolve, outcome.reject);
    clearTimeout(timer);
    this.#goOn();
  }

  #addThreadBeside(thread: PlannerThread): void {
    const others = [...this.#threads].filter((other) => other !== thread && other.state !== 'ended');
    if (others.length < MOST_THREADS - 1) this.#addThread();
  }

  #addThread(): PlannerThread {
    const thread = startPlannerThread(this.#supergraphSdl, this.#limits);
    this.#threads.add(thread);
    void thread.gone.then(() => this.#threads.delete(thread));
    thread.ready.then(
      () => this.#goOn(),
      (error) => {
        // Another one would fail like this one.
        for (const waiting of this.#waiting) this.#reject(waiting, error);
      },
    );
    return thread;
  }

  #reject(waiting: WaitingOperation, error: unknown): void {
    this.#waiting.delete(waiting);
    clearTimeout(waiting.timer);
    waiting.outcome.reject(error);
  }
}

function stopped(): Error {
  return new Error('the planner has been stopped');
}

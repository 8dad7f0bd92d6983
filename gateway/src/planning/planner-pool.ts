import type { QueryPlan } from '@apollo/query-planner';
import { type PlanningLimits, plannerBusy } from '../limits/planner-limits.ts';
import type { OperationPlanner } from './operation-planner.ts';
import type { SupergraphText } from './planner-protocol.ts';
import { type PlannerThread, startPlannerThread } from './planner-thread.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

/** One plans; the other one is for the operations behind something that takes long. */
const MOST_THREADS = 2;

/** What has taken so long may well take much longer. */
const SLOW_MS = 200;

/** A supergraph of more characters takes about so long to read: one of 43,000 takes 80 ms. */
const SLOWLY_READ_CHARACTERS = 150_000;

/** A supergraph that operations can be planned for. */
export interface PlannedSupergraph extends OperationPlanner {
  readonly facts: SupergraphFacts;
  /** Frees what threads have of it as soon as they are idle; what is asked later is planned all the same. */
  retire(): void;
}

/** Something that is to be done as soon as a thread is idle. */
interface Task {
  /** What a thread had best have read for it. */
  readonly supergraph: SupergraphText;
  /** Does not reject. */
  readonly run: (thread: PlannerThread) => Promise<void>;
  readonly reject: (reason: unknown) => void;
}

/**
 * Plans operations over supergraphs in threads of their own, in the order in which they come. An operation that takes too long or
 * too much memory costs the thread that it is planned in, and is refused; the others go on in another one.
 */
export class PlannerPool {
  readonly #limits: PlanningLimits;
  /** Those that have ended too, until they are gone. */
  readonly #threads = new Set<PlannerThread>();
  readonly #busy = new Set<PlannerThread>();
  readonly #waiting = new Set<Task>();
  /** What each new thread reads before it does anything else. */
  readonly #served = new Set<SupergraphText>();
  readonly #retired = new WeakSet<SupergraphText>();
  #lastId = 0;
  #isStopped = false;

  constructor(limits: PlanningLimits) {
    this.#limits = limits;
  }

  /** How many threads there are, those included that are about to be gone. */
  get threadCount(): number {
    return this.#threads.size;
  }

  /**
   * Gets a thread ready to plan for a supergraph; the one that plans for others, if there is one, for it has loaded Apollo's libraries.
   * While that reads, nothing is planned, so that a large supergraph is read in a thread of its own.
   * @throws Error saying what is wrong with the supergraph
   */
  async open(sdl: string): Promise<PlannedSupergraph> {
    this.#lastId += 1;
    const supergraph = { id: this.#lastId, sdl };
    const read = (thread: PlannerThread) => thread.read(supergraph);
    const isApart = sdl.length > SLOWLY_READ_CHARACTERS && this.#living().length === 1;
    const facts = await (isApart ? this.#doApart(read) : this.#do(supergraph, read));
    this.#served.add(supergraph);
    return {
      facts,
      plan: (operation) => this.plan(supergraph, operation),
      retire: () => {
        this.#served.delete(supergraph);
        this.#retired.add(supergraph);
        this.#goOn();
      },
    };
  }

  /** As the planner of an open supergraph does. */
  async plan(supergraph: SupergraphText, operation: string): Promise<QueryPlan> {
    if (this.#waiting.size >= this.#limits.waitingOperations) throw plannerBusy();
    return this.#do(
      supergraph,
      async (thread) => {
        if (!thread.supergraphs.has(supergraph)) await thread.read(supergraph);
        return thread.plan(supergraph, operation);
      },
      this.#limits.waitMs,
    );
  }

  /** Ends all threads; what is not done yet is rejected. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#rejectWaiting(stopped());
    await Promise.all([...this.#threads].map((thread) => thread.stop()));
  }

  /** @param waitMs how long it may wait for a thread */
  async #do<Result>(
    supergraph: SupergraphText,
    work: (thread: PlannerThread) => Promise<Result>,
    waitMs?: number,
  ): Promise<Result> {
    if (this.#isStopped) throw stopped();
    const outcome = Promise.withResolvers<Result>();
    const task: Task = {
      supergraph,
      run: (thread) => work(thread).then(outcome.resolve, outcome.reject),
      reject: outcome.reject,
    };
    const refuse = () => {
      if (this.#waiting.delete(task)) task.reject(plannerBusy());
    };
    const timer = waitMs === undefined ? undefined : setTimeout(refuse, waitMs);
    this.#waiting.add(task);
    this.#goOn();
    return outcome.promise.finally(() => clearTimeout(timer));
  }

  async #doApart<Result>(work: (thread: PlannerThread) => Promise<Result>): Promise<Result> {
    if (this.#isStopped) throw stopped();
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#addThread((thread) => work(thread).then(resolve, reject));
    return promise;
  }

  /** Gives idle threads something to do, and sees to it that there is a thread as long as one is needed. */
  #goOn(): void {
    if (this.#isStopped) return;
    const living = this.#living();
    const idle = new Set(living.filter((thread) => !this.#busy.has(thread)));
    for (const task of this.#waiting) {
      const thread = [...idle].find(({ supergraphs }) => supergraphs.has(task.supergraph)) ?? [...idle][0];
      if (!thread) break;
      idle.delete(thread);
      this.#waiting.delete(task);
      void this.#occupy(thread, task.run);
    }
    if (living.length === 0 && (this.#waiting.size > 0 || this.#served.size > 0)) this.#addThread();
    for (const thread of idle) this.#tidy(thread);
  }

  #living(): PlannerThread[] {
    return [...this.#threads].filter(({ isEnded }) => !isEnded);
  }

  #tidy(thread: PlannerThread): void {
    for (const supergraph of thread.supergraphs) if (this.#retired.has(supergraph)) thread.forget(supergraph);
    // Another one has what is served.
    if (thread.supergraphs.size === 0 && this.#living().length > 1) void thread.stop();
  }

  /** @param work rejects when a thread cannot do anything at all */
  async #occupy(thread: PlannerThread, work: (thread: PlannerThread) => Promise<void>): Promise<void> {
    this.#busy.add(thread);
    const timer = setInterval(() => this.#helpBehind(thread), SLOW_MS);
    const failure = await work(thread).then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    );
    clearInterval(timer);
    this.#busy.delete(thread);
    // Another thread would fail like this one.
    if (failure) this.#rejectWaiting(failure.reason);
    else this.#goOn();
  }

  #helpBehind(thread: PlannerThread): void {
    const others = this.#living().filter((other) => other !== thread);
    if (this.#waiting.size > 0 && others.length < MOST_THREADS - 1) this.#addThread();
  }

  /** @param begin what it does first */
  #addThread(begin = (thread: PlannerThread) => this.#readServed(thread)): void {
    const thread = startPlannerThread(this.#limits, { isAwaited: this.#served.size === 0 });
    this.#threads.add(thread);
    void thread.gone.then(() => this.#threads.delete(thread));
    void this.#occupy(thread, begin);
  }

  async #readServed(thread: PlannerThread): Promise<void> {
    for (const supergraph of this.#served) await thread.read(supergraph);
  }

  #rejectWaiting(reason: unknown): void {
    for (const task of this.#waiting) task.reject(reason);
    this.#waiting.clear();
  }
}

function stopped(): Error {
  return new Error('the planner has been stopped');
}

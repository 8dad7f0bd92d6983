import { Random } from '@tributary/prisma/seed/random';

/** What is done to one target, and for how long. */
export interface Fault {
  /** From the beginning of the run. */
  readonly atMs: number;
  readonly target: string;
  readonly kind: 'kill' | 'pause';
  /** How long until it is started again or goes on. */
  readonly forMs: number;
}

export interface FaultPlanOptions {
  readonly seed: number;
  /** Faults begin within this time; the last ones may end after it. */
  readonly durationMs: number;
  /** Names of what is harmed. */
  readonly targets: readonly string[];
  /** The mean time between two faults. */
  readonly everyMs: number;
}

const KILLED_SHARE = 0.65;
/** How long what was killed stays away. */
const ABSENCE_MS = { min: 100, max: 2_500 };
const SHORT_PAUSE_MS = { min: 200, max: 4_000 };
/**
 * Beyond leases and the time-outs of requests, statements, transactions and confirmations: what was given up meanwhile is done all
 * the same when its server goes on, and done once more by whoever has tried again.
 */
const LONG_PAUSE_MS = { min: 8_000, max: 16_000 };
const LONG_PAUSE_SHARE = 0.4;
/** A target has so long to come back to itself before it is harmed again. */
const REST_MS = 5_000;

/**
 * Makes the faults of a run, in the order in which they begin. It is a function of its arguments alone: the same seed gives the
 * same plan everywhere. Targets take turns in a shuffled order, so all are harmed about equally often; several may be down at once.
 */
export function planFaults({ seed, durationMs, targets, everyMs }: FaultPlanOptions): Fault[] {
  const random = Random.of('faults', seed);
  const faults: Fault[] = [];
  const busyUntilMs = new Map<string, number>();
  let turns: string[] = [];
  for (let atMs = Math.round(everyMs / 2); atMs < durationMs; atMs += stepMs(random, everyMs)) {
    if (turns.length === 0) turns = shuffle(random, targets);
    const next = turns.findIndex((target) => (busyUntilMs.get(target) ?? 0) <= atMs);
    const [target] = next === -1 ? [] : turns.splice(next, 1);
    if (target === undefined) continue;
    const fault = { atMs, target, ...chooseHarm(random) };
    busyUntilMs.set(target, atMs + fault.forMs + REST_MS);
    faults.push(fault);
  }
  return faults;
}

/** A plan as people read it, one fault a line. */
export function describePlan(faults: readonly Fault[]): string {
  return faults
    .map(
      ({ atMs, target, kind, forMs }) => `${seconds(atMs)} ${kind.padEnd(5)} ${target} for ${seconds(forMs).trim()}\n`,
    )
    .join('');
}

function chooseHarm(random: Random): Pick<Fault, 'kind' | 'forMs'> {
  if (random.chance(KILLED_SHARE)) return { kind: 'kill', forMs: random.between(ABSENCE_MS.min, ABSENCE_MS.max) };
  const { min, max } = random.chance(LONG_PAUSE_SHARE) ? LONG_PAUSE_MS : SHORT_PAUSE_MS;
  return { kind: 'pause', forMs: random.between(min, max) };
}

function stepMs(random: Random, everyMs: number): number {
  return random.between(Math.ceil(everyMs * 0.3), Math.ceil(everyMs * 1.7));
}

/** The algorithm is Fisher and Yates's. */
function shuffle(random: Random, items: readonly string[]): string[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.between(0, left.length - 1), 1));
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(2).padStart(6)} s`;
}

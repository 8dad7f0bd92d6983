import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault-plan.ts';
import type { FaultTarget } from './fault-target.ts';

/** A fault that is over. */
export interface EndedFault extends Fault {
  /** How long its target took to be ready once it was started again or went on. */
  readonly recoveryMs: number;
}

/**
 * Does the faults of a plan to their targets, each at its time, and brings every target back: what was killed is started again, what
 * was frozen goes on. Faults of one target follow each other; one that comes while its target is still recovering waits.
 *
 * @param options.onEnded called with each fault whose target is back
 * @param options.signal when it is aborted nothing more is done, and what is down stays down
 * @returns when all targets are back
 * @throws Error for a target that the plan names and nobody knows, or what a target's own start throws
 */
export async function runFaults(
  plan: readonly Fault[],
  targets: readonly FaultTarget[],
  { onEnded, signal }: { onEnded: (fault: EndedFault) => void; signal: AbortSignal },
): Promise<void> {
  const startedAtMs = performance.now();
  const targetOf = new Map(targets.map((target) => [target.name, target]));
  const lastOf = new Map<string, Promise<void>>();
  for (const fault of plan) {
    const target = targetOf.get(fault.target);
    if (target === undefined) throw new Error(`there is no ${fault.target} to harm`);
    const before = lastOf.get(fault.target) ?? Promise.resolve();
    const run = async (): Promise<void> => {
      await Promise.all([before, rest(startedAtMs + fault.atMs - performance.now(), signal)]);
      const recoveryMs = await harm(target, fault, signal);
      if (recoveryMs !== undefined) onEnded({ ...fault, recoveryMs });
    };
    lastOf.set(fault.target, run());
  }
  const ends = await Promise.allSettled(lastOf.values());
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function harm(target: FaultTarget, { kind, forMs }: Fault, signal: AbortSignal): Promise<number | undefined> {
  if (signal.aborted) return undefined;
  await (kind === 'kill' ? target.kill() : target.pause());
  await rest(forMs, signal);
  if (signal.aborted) return undefined;
  const backAtMs = performance.now();
  await (kind === 'kill' ? target.start() : target.resume());
  return performance.now() - backAtMs;
}

/** Resolves after a time, or as soon as the signal is aborted. */
async function rest(durationMs: number, signal: AbortSignal): Promise<void> {
  await delay(Math.max(0, durationMs), undefined, { signal }).catch(() => undefined);
}

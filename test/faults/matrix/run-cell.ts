import { setTimeout as delay } from 'node:timers/promises';
import type { FaultTarget } from '../../kit/faults/fault-target.ts';
import type { Disturbance } from '../../kit/tcp-proxy.ts';
import type { Sample } from '../load/sample.ts';
import type { SteadyLoad } from '../load/steady-load.ts';
import type { Harm } from './cell.ts';
import { type HarmProof, watchForHarm } from './harm-proof.ts';

/** What a fault looked like to clients, and whether there was one. */
export interface Observation {
  /** At the end of the fault. */
  readonly proof: HarmProof;
  /** Of requests that were sent while it lasted. */
  readonly during: readonly Sample[];
  /** Of requests that were sent from when bringing the victim back began until all was well. */
  readonly after: readonly Sample[];
  /** As `performance.now()`. */
  readonly beganAtMs: number;
  /** When bringing the victim back began. */
  readonly overAtMs: number;
  /** From when the victim was there again to the sending of the last request whose answer was not whole; `undefined`: it went on. */
  readonly recoveryMs: number | undefined;
}

export interface CellOptions {
  readonly faultMs: number;
  /** All is well when every request that was sent within so long was answered as a whole. */
  readonly quietMs: number;
  /** Longer than that nobody waits for it. */
  readonly recoveryLimitMs: number;
  /** Gives the cell up; its target is brought back all the same. */
  readonly signal: AbortSignal;
}

/** Longer than any answer takes, and divided on both ways. */
const SLOW_BY_MS = 2_000;
/** Most answers take less; one that takes longer is waited for before all is said to be well. */
const SETTLED_MS = 400;
const LOOK_EVERY_MS = 50;

/**
 * Harms a target for a while and brings it back, while a load goes on; returns when all is well or that was waited for long enough.
 * @throws the reason of the signal, or what keeps the target from starting
 */
export async function runCell(
  target: FaultTarget,
  harm: Harm,
  load: SteadyLoad,
  options: CellOptions,
): Promise<Observation> {
  const proveHarm = await watchForHarm(target, harm);
  const beganAtMs = performance.now();
  const heal = await inflict(target, harm);
  await rest(options.faultMs, options.signal);
  const proof = await proveHarm();
  const overAtMs = performance.now();
  await heal();
  const endedAtMs = performance.now();
  const recoveryMs = await untilWell(load, endedAtMs, options);
  return {
    proof,
    during: load.samplesBetween(beganAtMs, overAtMs),
    after: load.samplesBetween(overAtMs, performance.now()),
    beganAtMs,
    overAtMs,
    recoveryMs,
  };
}

/** Returns what ends it. */
async function inflict(target: FaultTarget, harm: Harm): Promise<() => Promise<void>> {
  switch (harm) {
    case 'killed':
      await target.kill();
      return () => target.start();
    case 'paused':
      await target.pause();
      return () => target.resume();
    case 'slow':
      return disturb(target, { delayedMs: SLOW_BY_MS / 2 });
    case 'stalled':
      return disturb(target, 'halfStalled');
    case 'reset':
      return disturb(target, 'halfReset');
  }
}

function disturb({ name, connections }: FaultTarget, disturbance: Disturbance): () => Promise<void> {
  if (!connections) throw new Error(`nothing stands in front of ${name}`);
  connections.disturb(disturbance);
  return async () => connections.disturb('pass');
}

async function untilWell(
  load: SteadyLoad,
  endedAtMs: number,
  { quietMs, recoveryLimitMs, signal }: CellOptions,
): Promise<number | undefined> {
  for (;;) {
    await rest(LOOK_EVERY_MS, signal);
    signal.throwIfAborted();
    const nowMs = performance.now();
    const bad = load.samplesBetween(endedAtMs, nowMs).filter(({ missing }) => missing.length > 0);
    const lastBadMs = Math.max(endedAtMs, ...bad.map(({ sentAtMs }) => sentAtMs));
    // What is still under way may be bad, too.
    if (nowMs - lastBadMs >= quietMs && load.pendingSince(nowMs - SETTLED_MS) === 0) return lastBadMs - endedAtMs;
    if (nowMs - endedAtMs > recoveryLimitMs) return undefined;
  }
}

/** Resolves after a time, or as soon as the signal is aborted. */
async function rest(durationMs: number, signal: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, { signal }).catch(() => undefined);
}

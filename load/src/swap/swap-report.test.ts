import { describe, expect, it } from '@jest/globals';
import { verdictsOf } from './swap-report.ts';
import type { SwapEvent, SwapWindow } from './swap-run.ts';

/** @param lateMs by how much the load was late */
function windowOf(event: SwapEvent, p99Ms: number, lateMs = 3): SwapWindow {
  return { event, p99Ms, sentLateMs: lateMs, answers: 100, failures: 0, elapsedMs: 1, p50Ms: 0.3, maxMs: 9 };
}

const usual = [windowOf('nothing', 1), windowOf('nothing', 1.2), windowOf('nothing', 40, 50)];
const broken = windowOf('a broken supergraph', 1);

const heldOf = (...swaps: SwapWindow[]) =>
  verdictsOf({ windows: [...usual, ...swaps, broken], served: swaps.length, refused: 1 }).map(({ isHeld }) => isHeld);

describe('the verdict on swaps', () => {
  it('is about each window from the first swap on, against the usual', () => {
    const swap = windowOf('another supergraph', 2);
    expect(heldOf(swap, swap)).toEqual([true, true, true, true, true]);
    expect(heldOf(swap, windowOf('another supergraph', 2.3))).toEqual([true, false, true, true, true]);
  });

  it('leaves out the latencies of windows in which the machine stood still, unless those are too many', () => {
    const disturbed = windowOf('another supergraph', 30, 50);
    expect(heldOf(windowOf('another supergraph', 2), disturbed)).toEqual([true, true, true, true, true]);
    expect(heldOf(windowOf('another supergraph', 2), disturbed, disturbed).at(-1)).toBe(false);
  });

  it('counts failures in all windows, and what the gateway said that it served and refused', () => {
    const failing = { ...windowOf('another supergraph', 1, 50), failures: 1 };
    const windows = [...usual, failing, broken];
    const held = verdictsOf({ windows, served: 0, refused: 0 }).map(({ isHeld }) => isHeld);
    expect(held).toEqual([false, true, false, false, false]);
  });
});

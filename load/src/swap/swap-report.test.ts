import { describe, expect, it } from '@jest/globals';
import { verdictsOf } from './swap-report.ts';
import type { SwapEvent, SwapWindow } from './swap-run.ts';

/** @param lateMs by how much the load was late */
function windowOf(event: SwapEvent, p99Ms: number, lateMs = 3): SwapWindow {
  return { event, p99Ms, sentLateMs: lateMs, answers: 100, failures: 0, elapsedMs: 1, p50Ms: 0.3, maxMs: 9 };
}

const usual = [windowOf('nothing', 1), windowOf('nothing', 1.1), windowOf('nothing', 40, 50)];
const swap = windowOf('another supergraph', 2);
const broken = windowOf('a broken supergraph', 1);

const heldOf = (...windows: SwapWindow[]) =>
  verdictsOf({ windows: [...usual, ...windows], served: 3, refused: 1 }).map(({ isHeld }) => isHeld);

describe('the verdict on swaps', () => {
  it('is about the median of the windows of a kind, against the usual', () => {
    const slow = windowOf('another supergraph', 2.3);
    expect(heldOf(swap, swap, slow, broken)).toEqual([true, true, true, true, true, true]);
    expect(heldOf(swap, slow, slow, broken)).toEqual([true, false, true, true, true, true]);
    expect(heldOf(swap, swap, swap, windowOf('a broken supergraph', 3))).toEqual([true, true, false, true, true, true]);
  });

  it('is of little worth where the machine stood still too often', () => {
    const disturbed = windowOf('another supergraph', 2, 50);
    expect(heldOf(swap, swap, disturbed, broken).at(-1)).toBe(true);
    expect(heldOf(swap, disturbed, disturbed, broken).at(-1)).toBe(false);
  });

  it('counts failures in all windows, and what the gateway said that it served and refused', () => {
    const windows = [...usual, { ...swap, failures: 1 }, broken, broken];
    const held = verdictsOf({ windows, served: 0, refused: 1 }).map(({ isHeld }) => isHeld);
    expect(held).toEqual([false, true, true, false, false, true]);
  });
});

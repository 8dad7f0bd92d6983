import type { FlushStep } from '@tributary/runtime/counters/flush-counter';

/** What is done with a batch of views so far: it was taken, its id and its rows were written, it was committed, and confirmed. */
export type ViewStep = FlushStep | 'recorded' | 'written' | 'committed';

/** Told of every step, and waited for. */
export type OnViewStep = (step: ViewStep) => void | Promise<void>;

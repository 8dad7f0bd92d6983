/** Writes at a steady rate, whatever becomes of the writes. */
export interface SteadyWriter {
  /** The ids of the writes that succeeded, in the order of their success. */
  readonly acknowledged: readonly bigint[];
  /** The codes of the errors of those that failed. */
  codes(): Set<unknown>;
  /** Milliseconds from now until a write succeeds that begins after now. */
  nextAcknowledged(): Promise<number>;
  /** Begins no more writes, and waits for those under way. */
  stop(): Promise<void>;
}

export interface SteadyWriterOptions {
  readonly perSecond: number;
  /** One for each write. */
  readonly ids: readonly bigint[];
  readonly write: (id: bigint) => Promise<unknown>;
}

/** Begins at once; the caller stops it. */
export function startWriter({ perSecond, ids, write }: SteadyWriterOptions): SteadyWriter {
  const acknowledged: bigint[] = [];
  const codes = new Set<unknown>();
  const underWay = new Set<Promise<void>>();
  const waiting = new Set<{ sinceMs: number; resolve: (afterMs: number) => void }>();
  const startedAtMs = performance.now();
  let begun = 0;

  async function writeNext(id: bigint): Promise<void> {
    const begunAtMs = performance.now();
    try {
      await write(id);
    } catch (error) {
      codes.add(error instanceof Error && 'code' in error ? error.code : error);
      return;
    }
    acknowledged.push(id);
    for (const waiter of waiting) {
      if (begunAtMs < waiter.sinceMs) continue;
      waiting.delete(waiter);
      waiter.resolve(performance.now() - waiter.sinceMs);
    }
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAtMs) * perSecond) / 1_000);
    for (; begun < due; begun += 1) {
      const id = ids[begun];
      if (id === undefined) throw new Error('there are more writes than ids');
      const writing = writeNext(id).finally(() => underWay.delete(writing));
      underWay.add(writing);
    }
  }, 5);

  return {
    acknowledged,
    codes: () => codes,
    nextAcknowledged: () =>
      new Promise((resolve) => {
        waiting.add({ sinceMs: performance.now(), resolve });
      }),
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

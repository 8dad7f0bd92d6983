/**
 * How far databases have to be replayed, as a WAL position (LSN) a database name: `{ catalog: 21474836480 }`. A plain number
 * counts nine petabytes of WAL exactly, and scripts in Redis compare it.
 */
export type Positions = Readonly<Record<string, number>>;

export const NO_POSITIONS: Positions = Object.freeze({});

/** The furthest position of each database. */
export function furthestOf(all: Iterable<Positions>): Positions {
  const furthest = new Map<string, number>();
  for (const positions of all) {
    for (const [database, position] of Object.entries(positions)) {
      furthest.set(database, Math.max(furthest.get(database) ?? 0, position));
    }
  }
  return furthest.size === 0 ? NO_POSITIONS : Object.fromEntries(furthest);
}

/** Whether who has read at `reached` has seen all that `needed` asks for. */
export function reaches(reached: Positions, needed: Positions): boolean {
  return Object.entries(needed).every(([database, position]) => (reached[database] ?? 0) >= position);
}

import { SUBGRAPHS } from '../../kit/faults/faulty-services.ts';
import type { Need } from '../load/operation.ts';

/** What is harmed, one at a time. */
export const VICTIMS = ['replica', 'shard-primary', 'catalog-primary', 'redis', 'rabbitmq', ...SUBGRAPHS] as const;
export type Victim = (typeof VICTIMS)[number];

/**
 * What is done to it.
 * - `killed`: SIGKILL, and after a while it is started again
 * - `paused`: SIGSTOP, and after a while SIGCONT
 * - `slow`: whatever is asked of it takes two seconds longer
 * - `stalled`, `reset`: so are half of its connections
 */
export const HARMS = ['killed', 'paused', 'slow', 'stalled', 'reset'] as const;
export type Harm = (typeof HARMS)[number];

/** One fault of one part of the system. */
export interface Cell {
  readonly victim: Victim;
  readonly harm: Harm;
}

/** Every victim with every harm, those of one victim together. */
export const ALL_CELLS: readonly Cell[] = VICTIMS.flatMap((victim) => HARMS.map((harm) => ({ victim, harm })));

/** `redis/paused` */
export function cellName({ victim, harm }: Cell): string {
  return `${victim}/${harm}`;
}

/**
 * The cells that a text names: `redis/paused`, `redis` for all of a victim, `/paused` for all of a harm, several with commas between.
 * @throws RangeError for a name that fits none
 */
export function selectCells(text: string): Cell[] {
  const wanted = text.split(',').flatMap((name) => {
    const [victim = '', harm = ''] = name.trim().split('/');
    const fitting = ALL_CELLS.filter((cell) => (!victim || cell.victim === victim) && (!harm || cell.harm === harm));
    if (fitting.length === 0 || (!victim && !harm)) throw new RangeError(`"${name}" names no cell`);
    return fitting;
  });
  return ALL_CELLS.filter((cell) => wanted.includes(cell));
}

/** The name of a victim among the targets of a stack. */
export function targetOf(victim: Victim): string {
  switch (victim) {
    case 'replica':
      return 'postgres-catalog-replica-1';
    case 'shard-primary':
      return 'postgres-shard_0';
    case 'catalog-primary':
      return 'postgres-catalog';
    case 'redis':
    case 'rabbitmq':
      return victim;
    default:
      return `${victim}-1`;
  }
}

/** Whether a part that has such a need can be had while the victim is away. */
export function isNeeded(victim: Victim, needs: readonly Need[]): boolean {
  return needs.some((need) => need === victim);
}

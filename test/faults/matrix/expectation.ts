import { CLIENT_TIMEOUT_MS } from '../load/steady-load.ts';
import type { Cell, Harm, Victim } from './cell.ts';

/** What has to hold of a cell. */
export interface Expectation {
  /** What may be said of parts that need the victim; of others nothing may be missing. */
  readonly codes: readonly string[];
  /** Of the requests that need the victim, how many lack something, from 0 to 1; none at all would mean that the harm did none. */
  readonly missingShare: { readonly least: number; readonly most: number };
  /**
   * Half of the answers that lack something in the second half of the fault come within this time: what is known to be away by then is
   * not waited for.
   */
  readonly refusedP50Ms: number;
  /** Of operations that do not need the victim in any part. */
  readonly unaffectedP99Ms: number;
  /** Of all answers, whatever is in them. */
  readonly longestMs: number;
  /** From when the victim is there again to the sending of the last request whose answer is not whole. */
  readonly recoveryMs: number;
}

/** Deadlines are looked after every 50 ms, and two processors have all of the stack and of the load to do. */
const LATENESS_MS = 800;

/** Probes of what was left out come every two seconds at most, and connections are made anew. */
const RECOVERY_MS = 6_000;

/** What is promised of a victim under a harm. */
export function expectationOf({ victim, harm }: Cell): Expectation {
  const codes = codesOf(victim);
  return {
    codes,
    missingShare: codes.length === 0 ? { least: 0, most: 0 } : missingShareOf(harm),
    refusedP50Ms: refusedP50MsOf(harm),
    // Nobody who does not need it waits in vain.
    unaffectedP99Ms: CLIENT_TIMEOUT_MS - 300,
    longestMs: CLIENT_TIMEOUT_MS + LATENESS_MS,
    recoveryMs: RECOVERY_MS,
  };
}

function codesOf(victim: Victim): readonly string[] {
  switch (victim) {
    // There is another one, or it can be done without.
    case 'replica':
    case 'redis':
    case 'rabbitmq':
      return [];
    case 'shard-primary':
    case 'catalog-primary':
      return ['DATABASE_UNAVAILABLE', 'SUBGRAPH_TIMEOUT', 'DEADLINE_EXCEEDED'];
    default:
      return ['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT', 'DEADLINE_EXCEEDED'];
  }
}

function missingShareOf(harm: Harm): Expectation['missingShare'] {
  switch (harm) {
    case 'killed':
    case 'paused':
      return { least: 0.9, most: 1 };
    case 'slow':
      return { least: 0.5, most: 1 };
    // The other half serves, and what changes nothing is asked again.
    case 'stalled':
    case 'reset':
      return { least: 0, most: 0.3 };
  }
}

function refusedP50MsOf(harm: Harm): number {
  switch (harm) {
    case 'killed':
    case 'paused':
      return 300;
    default:
      return CLIENT_TIMEOUT_MS + LATENESS_MS;
  }
}

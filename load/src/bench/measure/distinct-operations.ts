import type { RunningContender } from '../contenders/start-contender.ts';
import { processUsage } from '../processes/process-usage.ts';
import { type LoadConditions, type Phase, runPhase } from './phase.ts';

/** What many operations that were never seen before did to a contender. */
export interface DistinctOperations {
  readonly contenderId: string;
  readonly operations: number;
  readonly residentBytesBefore: number;
  readonly residentBytesAfter: number;
  readonly phase: Phase;
}

/** Planning takes milliseconds; this is for the slowest. */
const limitSeconds = 1_800;

/** Sends operations of which no two are the same, and looks at the memory before and after. */
export async function sendDistinctOperations(
  running: RunningContender,
  operations: number,
  conditions: LoadConditions,
): Promise<DistinctOperations> {
  const residentBytesBefore = processUsage(running.pid).residentBytes;
  const phase = await runPhase(running, { kind: 'distinct', operations, seconds: limitSeconds }, conditions);
  const residentBytesAfter = processUsage(running.pid).residentBytes;
  return {
    contenderId: running.contender.id,
    operations: phase.answers,
    residentBytesBefore,
    residentBytesAfter,
    phase,
  };
}

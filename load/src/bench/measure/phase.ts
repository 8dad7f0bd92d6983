import { join } from 'node:path';
import type { RunningContender } from '../contenders/start-contender.ts';
import { runToEnd } from '../processes/child-process.ts';
import { processUsage } from '../processes/process-usage.ts';
import type { LoadOrder, LoadPlan } from './load-plan.ts';
import type { LoadResult } from './load-result.ts';

/** What one load on one contender came to. */
export interface Phase extends LoadResult {
  /** Of the contender's process and its descendants, all threads. */
  readonly cpuMs: number;
  /** The share of one core that it used. */
  readonly coreShare: number;
  readonly peakResidentBytes: number;
  readonly subgraphRequests: number;
}

/** What is the same for all loads of a run. */
export interface LoadConditions {
  readonly connections: number;
  /** For the load's own process. */
  readonly core: number | undefined;
  readonly countSubgraphRequests: () => Promise<number>;
}

const sampleEveryMs = 250;
/** Beyond the planned time, for what is still under way at its end. */
const graceMs = 60_000;

/**
 * Loads a contender and looks at its process meanwhile.
 * @throws Error when the load's process fails or the contender's is gone
 */
export async function runPhase(
  { pid, port, contender }: RunningContender,
  plan: LoadPlan,
  conditions: LoadConditions,
): Promise<Phase> {
  const { gatewayKey, tokenKey } = contender;
  const order: LoadOrder = { ...plan, port, gatewayKey, tokenKey, connections: conditions.connections };
  let peakResidentBytes = 0;
  const sample = () => {
    const usage = processUsage(pid);
    peakResidentBytes = Math.max(peakResidentBytes, usage.residentBytes);
    return usage;
  };
  const requestsBefore = await conditions.countSubgraphRequests();
  const cpuMsBefore = sample().cpuMs;
  const sampling = setInterval(() => sample(), sampleEveryMs);
  const output = await runToEnd({
    name: 'load',
    args: [join(import.meta.dirname, 'load-main.ts'), JSON.stringify(order)],
    core: conditions.core,
    limitMs: plan.seconds * 1_000 + graceMs,
  }).finally(() => clearInterval(sampling));
  const cpuMs = sample().cpuMs - cpuMsBefore;
  const result: LoadResult = JSON.parse(output);
  return {
    ...result,
    cpuMs,
    coreShare: cpuMs / result.elapsedMs,
    peakResidentBytes,
    subgraphRequests: (await conditions.countSubgraphRequests()) - requestsBefore,
  };
}

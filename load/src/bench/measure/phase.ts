import type { RunningContender } from '../contenders/start-contender.ts';
import { watchUsage } from '../processes/watched-usage.ts';
import type { LoadPlan } from './load-plan.ts';
import type { LoadResult } from './load-result.ts';
import { runLoad } from './run-load.ts';

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
  const order = { ...plan, port, gatewayKey, tokenKey, connections: conditions.connections };
  const requestsBefore = await conditions.countSubgraphRequests();
  const usage = await watchUsage(pid, () => runLoad(order, conditions.core));
  const { result, before, after, peakResidentBytes } = usage;
  const cpuMs = after.cpuMs - before.cpuMs;
  return {
    ...result,
    cpuMs,
    coreShare: cpuMs / result.elapsedMs,
    peakResidentBytes,
    subgraphRequests: (await conditions.countSubgraphRequests()) - requestsBefore,
  };
}

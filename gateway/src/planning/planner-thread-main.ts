import { parentPort, workerData } from 'node:worker_threads';
import { runInBackground } from './background-priority.ts';
import { milliseconds, type PlannerOutcome, type PlannerReply, type PlannerThreadData } from './planner-protocol.ts';

runInBackground();
const { createQueryPlanner } = await import('./query-planner.ts');
const { supergraphSdl }: PlannerThreadData = workerData;
const plan = createQueryPlanner(supergraphSdl);

parentPort?.on('message', (operation: string) => reply(outcomeOf(operation)));
reply({ kind: 'ready' });

function outcomeOf(operation: string): PlannerOutcome {
  try {
    return { kind: 'planned', plan: plan(operation) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function reply(outcome: PlannerOutcome): void {
  const message: PlannerReply = { ...outcome, spentMs: milliseconds(process.threadCpuUsage()) };
  parentPort?.postMessage(message);
}

import { parentPort, workerData } from 'node:worker_threads';
import { runInBackground } from './background-priority.ts';
import { milliseconds, type PlannerOutcome, type PlannerReply, type PlannerThreadData } from './planner-protocol.ts';

runInBackground();
// What takes longest of all is to load Apollo's libraries.
const { printSchemas } = await import('./read-supergraph.ts');
const { createQueryPlanner } = await import('./query-planner.ts');

const { supergraphSdl }: PlannerThreadData = workerData;
const schemas = printSchemas(supergraphSdl);
const plan = createQueryPlanner(supergraphSdl);

parentPort?.on('message', (operation: string | null) => {
  if (operation === null) parentPort?.close();
  else reply(outcomeOf(operation));
});
reply({ kind: 'ready', schemas });

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

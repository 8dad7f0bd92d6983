import { parentPort, workerData } from 'node:worker_threads';
import type { PlannerReply, PlannerThreadData } from './planner-protocol.ts';
import { createQueryPlanner } from './query-planner.ts';

const { supergraphSdl }: PlannerThreadData = workerData;
const plan = createQueryPlanner(supergraphSdl);

parentPort?.on('message', (operation: string) => reply(outcomeOf(operation)));
reply({ kind: 'ready' });

function outcomeOf(operation: string): PlannerReply {
  try {
    return { kind: 'planned', plan: plan(operation) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function reply(message: PlannerReply): void {
  parentPort?.postMessage(message);
}

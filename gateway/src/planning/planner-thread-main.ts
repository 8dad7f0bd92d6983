import { parentPort, workerData } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { runInBackground } from './background-priority.ts';
import {
  milliseconds,
  type PlannerOutcome,
  type PlannerReply,
  type PlannerRequest,
  type PlannerThreadData,
  type SupergraphText,
} from './planner-protocol.ts';

const { isAwaited }: PlannerThreadData = workerData;
if (!isAwaited) runInBackground();
// To load Apollo's libraries takes longer than all the rest.
const { readSupergraph } = await import('./read-supergraph.ts');
const { createQueryPlanner } = await import('./query-planner.ts');

/** By the id of the supergraph. */
const planners = new Map<number, (operation: string) => QueryPlan>();

parentPort?.on('message', (request: PlannerRequest) => {
  if (request.kind === 'forget') planners.delete(request.supergraphId);
  else reply(outcomeOf(request));
});

function outcomeOf(request: Exclude<PlannerRequest, { kind: 'forget' }>): PlannerOutcome {
  try {
    return request.kind === 'read' ? read(request.supergraph) : plan(request.supergraphId, request.operation);
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function read({ id, sdl }: SupergraphText): PlannerOutcome {
  const { facts, built } = readSupergraph(sdl);
  planners.set(id, createQueryPlanner(facts.sdl, built));
  runInBackground();
  return { kind: 'read', facts };
}

function plan(supergraphId: number, operation: string): PlannerOutcome {
  const planOf = planners.get(supergraphId);
  if (!planOf) throw new TypeError(`the planner was not told of supergraph ${supergraphId}`);
  return { kind: 'planned', plan: planOf(operation) };
}

function reply(outcome: PlannerOutcome): void {
  const message: PlannerReply = { ...outcome, spentMs: milliseconds(process.threadCpuUsage()) };
  parentPort?.postMessage(message);
}

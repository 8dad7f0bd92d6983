import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { type ClientNames, toClientPath } from './client-names.ts';
import type { AnswerPath } from './entity-path.ts';
import { keysOf } from './key-rename.ts';
import { type MergeShape, mergeShapeOf } from './merge-shape.ts';

/** The subgraph that a place of the answer comes from; `undefined` for one that comes from none. */
export type AnswerSources = (path: AnswerPath) => string | undefined;

/** What a fetch brings, and below which fields. */
interface Source {
  subgraph: string;
  below: readonly string[];
  shape: MergeShape;
}

/**
 * Finds out whose value it is that the answer cannot have. The plan is gone through when the first is asked for: most operations
 * never have one.
 */
export function createAnswerSources(plan: QueryPlan, clientNames: ClientNames): AnswerSources {
  let sources: Source[] | undefined;
  return (path) => {
    sources ??= sourcesOf(plan, clientNames);
    const names = path.filter((step) => typeof step === 'string');
    return sources.find((source) => brings(source, names, clientNames))?.subgraph;
  };
}

function brings({ below, shape }: Source, names: readonly string[], clientNames: ClientNames): boolean {
  if (names.length <= below.length || below.some((name, depth) => name !== names[depth])) return false;
  let fields: MergeShape | undefined = shape;
  for (const name of names.slice(below.length)) {
    const field: MergeShape[number] | undefined = fields?.find(({ key }) => clientName(key.name, clientNames) === name);
    if (!field) return false;
    fields = field.child;
  }
  return true;
}

function clientName(key: string, clientNames: ClientNames): string {
  return clientNames.get(key) ?? key;
}

function sourcesOf(plan: QueryPlan, clientNames: ClientNames): Source[] {
  const found: Source[] = [];
  const visit = (node: PlanNode, path: AnswerPath): void => {
    if (node.kind === 'Fetch') found.push({ ...sourceOf(node), below: namesOf(path, clientNames) });
    else if (node.kind === 'Flatten') visit(node.node, [...path, ...node.path]);
    else if (node.kind === 'Condition') {
      for (const clause of [node.ifClause, node.elseClause]) if (clause) visit(clause, path);
    } else if (node.kind === 'Sequence' || node.kind === 'Parallel') for (const child of node.nodes) visit(child, path);
  };
  if (plan.node && plan.node.kind !== 'Subscription') visit(plan.node, []);
  return found;
}

function sourceOf({ serviceName, operation, requires, outputRewrites = [] }: FetchNode) {
  const shape = mergeShapeOf(parse(operation, { noLocation: true }), {
    ...(requires && { root: '_entities' }),
    renames: outputRewrites.flatMap((rewrite) =>
      rewrite.kind === 'KeyRenamer' ? [{ keys: keysOf(rewrite.path), to: rewrite.renameKeyTo }] : [],
    ),
    interfaceNames: new Set(),
  });
  return { subgraph: serviceName, shape };
}

function namesOf(path: AnswerPath, clientNames: ClientNames): string[] {
  return toClientPath(path, clientNames).filter((step) => typeof step === 'string' && step !== '@') as string[];
}

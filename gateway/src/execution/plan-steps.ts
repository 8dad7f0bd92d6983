import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { type GraphQLSchema, isInterfaceType, parse } from 'graphql';
import type { ClientNames } from './client-names.ts';
import { compileEntityFetch, type EntitySite } from './entity-fetch.ts';
import type { PlanStep } from './execution-run.ts';
import { compileKeyRename, type KeyRename } from './key-rename.ts';
import { type MergeShape, mergeShapeOf } from './merge-shape.ts';
import { compileRepresentation } from './representation.ts';
import { compileRequestBody, kindOfRequest } from './request-body.ts';
import { compileRootFetch } from './root-fetch.ts';
import { compileUnify } from './unify-objects.ts';
import { UnsupportedPlanError } from './unsupported-plan.ts';
import { countWrittenPlaces, placeOf } from './written-places.ts';

export interface PlanOptions {
  /** The supergraph's schema with all that clients may not see. */
  supergraphSchema: GraphQLSchema;
  clientNames: ClientNames;
  /** The names subgraphs know required fields by, where the plan has given them others. */
  requiredFieldNames: ReadonlyMap<string, string>;
}

type PlanPath = readonly (string | number)[];

/** A fetch of a plan and where its entities are. */
interface PlacedFetch {
  fetch: FetchNode;
  path: PlanPath;
}

const nothing: PlanStep = async () => undefined;

/**
 * Makes a plan executable.
 * @throws UnsupportedPlanError for `@defer`, subscriptions and `@fromContext`
 */
export function compilePlan(plan: QueryPlan, options: PlanOptions): PlanStep {
  const interfaceNames = interfaceNamesOf(options.supergraphSchema);
  const fetches = placedFetches(plan.node, []);
  const writers = countWrittenPlaces(fetches.map(({ fetch, path }) => ({ path, ...shapeOf(fetch) })));
  const repeatedKinds = repeatedOf(fetches.map(({ fetch }) => kindOf(fetch)));
  return plan.node ? compileNode(plan.node, []) : nothing;

  function compileNode(node: PlanNode | NonNullable<QueryPlan['node']>, path: PlanPath): PlanStep {
    switch (node.kind) {
      case 'Sequence':
        return inSequence(node.nodes.map((child) => compileNode(child, path)));
      case 'Parallel':
        return compileParallel(node.nodes, path);
      case 'Flatten':
        return compileNode(node.node, [...path, ...node.path]);
      case 'Fetch':
        return compileFetches([{ fetch: node, path }]);
      case 'Condition':
        return when(
          node.condition,
          node.ifClause ? compileNode(node.ifClause, path) : nothing,
          node.elseClause ? compileNode(node.elseClause, path) : nothing,
        );
      case 'Defer':
        throw new UnsupportedPlanError('@defer');
      case 'Subscription':
        throw new UnsupportedPlanError('A subscription');
    }
  }

  /** Fetches that are equal but for where their entities stand become one. */
  function compileParallel(nodes: readonly PlanNode[], path: PlanPath): PlanStep {
    const groups = new Map<string, PlacedFetch[]>();
    const steps: PlanStep[] = [];
    for (const node of nodes) {
      const placed = placedEntityFetch(node, path);
      if (!placed) {
        steps.push(compileNode(node, path));
        continue;
      }
      const key = kindOf(placed.fetch);
      const group = groups.get(key);
      if (group) group.push(placed);
      else groups.set(key, [placed]);
    }
    return inParallel([...steps, ...[...groups.values()].map(compileFetches)]);
  }

  /** @param placed fetches of one subgraph and operation; several only for entities */
  function compileFetches(placed: readonly PlacedFetch[]): PlanStep {
    const [first] = placed;
    if (!first) return nothing;
    const { fetch, path } = first;
    if (fetch.contextRewrites?.length) throw new UnsupportedPlanError('@fromContext');
    if (fetch.operationKind === 'subscription') throw new UnsupportedPlanError('A subscription');
    const { renames, shape } = shapeOf(fetch);
    const common = {
      subgraph: fetch.serviceName,
      operationKind: fetch.operationKind,
      body: compileRequestBody({
        subgraph: fetch.serviceName,
        operation: fetch.operation,
        operationName: fetch.operationName,
        variableNames: fetch.variableUsages ?? [],
        mayBeRepeated: fetch.operationKind === 'query' && repeatedKinds.has(kindOf(fetch)),
      }),
      renames,
      shape,
      clientNames: withRenames(options.clientNames, renames),
    };
    if (fetch.requires) {
      return compileEntityFetch({ ...common, sites: placed.map((site) => siteOf(site, shape)) });
    }
    // The name of a root type is known here; the planner asks for it where a client asks for nothing else.
    if (shape.every(({ key }) => key.name === '__typename')) return nothing;
    return compileRootFetch({
      ...common,
      path,
      unify: compileUnify(shape, { place: placeOf(path), isRoot: true, writers }),
    });
  }

  /** What a fetch brings, for one entity or for a root. */
  function shapeOf({ operation, requires, outputRewrites = [] }: FetchNode): {
    renames: KeyRename[];
    shape: MergeShape;
  } {
    const renames = outputRewrites.map((rewrite) => compileKeyRename(rewrite, options.supergraphSchema));
    const document = parse(operation, { noLocation: true });
    const root = requires && { root: '_entities' };
    return { renames, shape: mergeShapeOf(document, { ...root, renames, interfaceNames }) };
  }

  function siteOf({ fetch, path }: PlacedFetch, shape: MergeShape): EntitySite {
    return {
      path,
      unify: compileUnify(shape, { place: placeOf(path), isRoot: false, writers }),
      represent: compileRepresentation({
        requires: fetch.requires ?? [],
        inputRewrites: fetch.inputRewrites ?? [],
        schema: options.supergraphSchema,
        requiredFieldNames: options.requiredFieldNames,
      }),
    };
  }
}

function placedFetches(node: PlanNode | QueryPlan['node'], path: PlanPath): PlacedFetch[] {
  switch (node?.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap((child) => placedFetches(child, path));
    case 'Flatten':
      return placedFetches(node.node, [...path, ...node.path]);
    case 'Condition':
      return [...placedFetches(node.ifClause, path), ...placedFetches(node.elseClause, path)];
    case 'Fetch':
      return [{ fetch: node, path }];
    default:
      return [];
  }
}

function kindOf({ serviceName, operation }: FetchNode): string {
  return kindOfRequest(serviceName, operation);
}

function repeatedOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.filter((text, index) => texts.indexOf(text) !== index));
}

function interfaceNamesOf(schema: GraphQLSchema): ReadonlySet<string> {
  const types = Object.values(schema.getTypeMap());
  return new Set(types.filter(isInterfaceType).map(({ name }) => name));
}

function placedEntityFetch(node: PlanNode, path: PlanPath): PlacedFetch | undefined {
  const isFetch = node.kind === 'Flatten' && node.node.kind === 'Fetch';
  if (!isFetch || node.node.kind !== 'Fetch' || !node.node.requires) return undefined;
  return { fetch: node.node, path: [...path, ...node.path] };
}

function withRenames(names: ClientNames, renames: readonly { keys: readonly string[]; to: string }[]): ClientNames {
  if (renames.length === 0) return names;
  const all = new Map(names);
  for (const { keys, to } of renames) all.set(keys.at(-1) ?? '', names.get(to) ?? to);
  return all;
}

function inSequence(steps: readonly PlanStep[]): PlanStep {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function inParallel(steps: readonly PlanStep[]): PlanStep {
  const [only] = steps;
  if (only && steps.length === 1) return only;
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}

function when(variable: string, then: PlanStep, otherwise: PlanStep): PlanStep {
  return (run) => (run.coercedVariables[variable] === true ? then(run) : otherwise(run));
}

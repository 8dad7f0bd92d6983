import type { FetchNode } from '@apollo/query-planner';
import { type DocumentNode, parse } from 'graphql';
import { Deadlines } from '../../subgraph-fetch/deadlines.ts';
import type { ExecutionRun, PlanStep } from '../execution-run.ts';
import type { ClientNames } from '../merging/client-names.ts';
import { compileKeyRename, type KeyRename } from '../merging/key-rename.ts';
import { type MergeShape, mergeShapeOf } from '../merging/merge-shape.ts';
import { compileUnify } from '../merging/unify-objects.ts';
import { countWrittenPlaces, placeOf } from '../merging/written-places.ts';
import type { SupergraphTypes } from '../supergraph-types.ts';
import { compileEntityRequest, type EntityRequest } from './entity-request.ts';
import { compileEntitySites, type EntitySite, type EntitySites } from './entity-sites.ts';
import { Gathering } from './gathering.ts';
import { takesIdempotencyKey } from './idempotent-fields.ts';
import { type EntityOperation, entityOperation, joinOperations } from './joined-operation.ts';
import { jointFetches } from './joint-fetches.ts';
import { fetchesIn, type PlacedFetch, type PlanTree } from './plan-tree.ts';
import { compileRepresentation } from './representation.ts';
import { compileRequestBody, kindOfRequest } from './request-body.ts';
import { compileRootFetch } from './root-fetch.ts';
import { UnsupportedPlanError } from './unsupported-plan.ts';

export interface FetchOptions {
  types: SupergraphTypes;
  clientNames: ClientNames;
  /** The names subgraphs know required fields by, where the plan has given them others. */
  requiredFieldNames: ReadonlyMap<string, string>;
}

/** A fetch of a plan, executable. */
export interface FetchStep {
  readonly run: PlanStep;
  /** To be called where the fetch is left out; absent where nobody would wait for it. */
  readonly skip?: (run: ExecutionRun) => void;
}

/** Fetches that go out as one request: those of one kind, which ask the same of entities at several places, share a list. */
interface FetchGroup {
  readonly operation: EntityOperation;
  readonly kinds: readonly (readonly PlacedFetch[])[];
}

/**
 * Compiles the fetches of a plan; those that only ask for what is known anyway have no step.
 * @throws UnsupportedPlanError for `@fromContext`
 */
export function compileFetches(tree: PlanTree, options: FetchOptions): ReadonlyMap<PlacedFetch, FetchStep> {
  const { types, requiredFieldNames } = options;
  const { interfaceNames } = types;
  const writers = countWrittenPlaces(fetchesIn(tree).map(({ fetch, path }) => ({ path, shape: shapeOf(fetch).shape })));
  const groups = jointFetches(tree).flatMap(groupsOf);
  const repeatedKinds = repeatedOf(
    groups.flatMap(({ kinds: [kind], kinds }) => (kinds.length === 1 && kind ? kind.slice(0, 1) : [])).map(kindOf),
  );
  const deadlines = new Deadlines();
  const steps = new Map<PlacedFetch, FetchStep>();
  let gatherings = 0;
  for (const group of groups) addSteps(group);
  return steps;

  function addSteps(group: FetchGroup): void {
    const members = group.kinds.flat();
    const [first] = members;
    if (!first) return;
    if (members.some(({ fetch }) => fetch.contextRewrites?.length)) throw new UnsupportedPlanError('@fromContext');
    if (!first.fetch.requires) {
      const run = compileRoot(first);
      if (run) steps.set(first, { run });
      return;
    }
    const request = compileEntities(group, first.fetch);
    if (members.length === 1) steps.set(first, { run: (run) => request(run, () => true) });
    else gather(group, request);
  }

  /** Lets those who go out together wait for one another. */
  function gather({ kinds }: FetchGroup, request: EntityRequest): void {
    const group = gatherings++;
    const members = kinds.flat();
    const firstOf = kinds.map((_, list) => kinds.slice(0, list).flat().length);
    const gatheringOf = (run: ExecutionRun) => {
      const known = run.gatherings[group];
      if (known) return known;
      const made = new Gathering(members.length, deadlines, (arrived) =>
        request(run, (list, site) => arrived.has((firstOf[list] ?? 0) + site)),
      );
      run.gatherings[group] = made;
      return made;
    };
    for (const [member, fetch] of members.entries()) {
      steps.set(fetch, {
        run: (run) => gatheringOf(run).arrive(member),
        skip: (run) => gatheringOf(run).stayAway(),
      });
    }
  }

  function compileRoot({ fetch, path }: PlacedFetch): PlanStep | undefined {
    const { document, renames, shape } = shapeOf(fetch);
    // The name of a root type is known here; the planner asks for it where a client asks for nothing else.
    if (shape.every(({ key }) => key.name === '__typename')) return undefined;
    const isMutation = fetch.operationKind === 'mutation';
    return compileRootFetch({
      subgraph: fetch.serviceName,
      operationKind: isMutation ? 'mutation' : 'query',
      takesIdempotencyKey: isMutation && takesIdempotencyKey(document, types),
      body: bodyOf(fetch, [fetch], { text: fetch.operation, lists: [] }),
      path,
      shape,
      unify: compileUnify(shape, { place: placeOf(path), isRoot: true, writers }),
      renames,
      clientNames: withRenames(options.clientNames, renames),
    });
  }

  function compileEntities({ operation, kinds }: FetchGroup, first: FetchNode): EntityRequest {
    const sites = kinds.map(compileKind);
    return compileEntityRequest({
      subgraph: first.serviceName,
      operationKind: first.operationKind === 'mutation' ? 'mutation' : 'query',
      body: bodyOf(
        first,
        kinds.flat().map(({ fetch }) => fetch),
        operation,
      ),
      lists: operation.lists.flatMap((list, index) => {
        const of = sites[index];
        return of ? { ...list, sites: of } : [];
      }),
    });
  }

  function bodyOf(first: FetchNode, fetches: readonly FetchNode[], { text, lists }: EntityOperation) {
    return compileRequestBody({
      subgraph: first.serviceName,
      operation: text,
      operationName: first.operationName,
      variableNames: [...new Set(fetches.flatMap(({ variableUsages = [] }) => variableUsages))],
      listVariables: lists.map(({ variable }) => variable),
      mayBeRepeated: first.operationKind === 'query' && repeatedKinds.has(kindOfRequest(first.serviceName, text)),
    });
  }

  function compileKind(placed: readonly PlacedFetch[]): EntitySites {
    const [first] = placed;
    if (!first) throw new TypeError('a kind of fetches has none');
    const { renames, shape } = shapeOf(first.fetch);
    return compileEntitySites({
      subgraph: first.fetch.serviceName,
      sites: placed.map((site) => siteOf(site, shape)),
      shape,
      renames,
      clientNames: withRenames(options.clientNames, renames),
    });
  }

  function siteOf({ fetch, path }: PlacedFetch, shape: MergeShape): EntitySite {
    return {
      path,
      unify: compileUnify(shape, { place: placeOf(path), isRoot: false, writers }),
      represent: compileRepresentation({
        requires: fetch.requires ?? [],
        inputRewrites: fetch.inputRewrites ?? [],
        types,
        requiredFieldNames,
      }),
    };
  }

  /** What a fetch brings, for one entity or for a root. */
  function shapeOf({ operation, requires, outputRewrites = [] }: FetchNode): {
    document: DocumentNode;
    renames: KeyRename[];
    shape: MergeShape;
  } {
    const renames = outputRewrites.map((rewrite) => compileKeyRename(rewrite, types));
    const document = parse(operation, { noLocation: true });
    const root = requires && { root: '_entities' };
    return { document, renames, shape: mergeShapeOf(document, { ...root, renames, interfaceNames }) };
  }
}

/** @param joint fetches that may go out together, which are apart where their operations cannot be one */
function groupsOf(joint: readonly PlacedFetch[]): FetchGroup[] {
  const kinds = [...Map.groupBy(joint, kindOf).values()];
  const texts = kinds.flatMap(([first]) => first?.fetch.operation ?? []);
  const joined = kinds.length > 1 ? joinOperations(texts) : undefined;
  if (joined) return [{ operation: joined, kinds }];
  return kinds.map((kind, index) => ({ operation: entityOperation(texts[index] ?? ''), kinds: [kind] }));
}

function kindOf({ fetch }: PlacedFetch): string {
  return kindOfRequest(fetch.serviceName, fetch.operation);
}

function repeatedOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.filter((text, index) => texts.indexOf(text) !== index));
}

function withRenames(names: ClientNames, renames: readonly { keys: readonly string[]; to: string }[]): ClientNames {
  if (renames.length === 0) return names;
  const all = new Map(names);
  for (const { keys, to } of renames) all.set(keys.at(-1) ?? '', names.get(to) ?? to);
  return all;
}

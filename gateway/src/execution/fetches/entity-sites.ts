import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import { isJsonObject } from '../../subgraph-fetch/json-object.ts';
import type { SubgraphError } from '../../subgraph-fetch/subgraph-answer.ts';
import { SubgraphFailure } from '../../subgraph-fetch/subgraph-failure.ts';
import type { ExecutionRun } from '../execution-run.ts';
import { type ClientNames, toClientPath } from '../merging/client-names.ts';
import { type AnswerPath, compileEntityPath, type EntityPath } from '../merging/entity-path.ts';
import { credibleErrorPath } from '../merging/error-path.ts';
import type { KeyRename } from '../merging/key-rename.ts';
import { copyOf, type MergeShape, mergeInto } from '../merging/merge-shape.ts';
import { tooDeep } from '../merging/too-deep.ts';
import { UnifiedObjects } from '../merging/unified-objects.ts';
import type { Unify } from '../merging/unify-objects.ts';
import type { RepresentationWriter } from './representation.ts';

/** Entities at one path of the plan. */
export interface EntitySite {
  path: readonly (string | number)[];
  represent: RepresentationWriter;
  /** What is done to what an answer has below an entity. */
  unify: Unify | undefined;
}

export interface EntitySitesOptions {
  subgraph: string;
  /** Sites that ask the same of the same subgraph. */
  sites: readonly EntitySite[];
  /** Of one entity. */
  shape: MergeShape;
  renames: readonly KeyRename[];
  clientNames: ClientNames;
}

/** All entities that have one representation, by site. They are asked for once and all get the answer. */
type Wanted = JsonObject[][];

/** The entities that a list is asked for, by representation, in the list's order. */
export type WantedEntities = ReadonlyMap<string, Wanted>;

/** A list of entities as a subgraph answered it. */
export interface ReceivedEntities {
  entities: unknown;
  /** Their paths begin with the index of an entity. */
  errors: readonly SubgraphError[];
  /** Whether it has gone to another part of the plan before. */
  isShared: boolean;
}

/** What one list of entities brings to all places that ask the same of them. */
export interface EntitySites {
  /** The places in the client's names, set apart by spaces. */
  readonly path: string;
  /** Finds the entities at the sites of these numbers. */
  collect(run: ExecutionRun, hasSite: (site: number) => boolean): WantedEntities;
  receive(run: ExecutionRun, wanted: WantedEntities, received: ReceivedEntities): void;
  /** Notes that nothing has come. */
  fail(run: ExecutionRun, wanted: WantedEntities, failure: SubgraphFailure): void;
}

/** The errors of a list are named at so many places together, or at one each: more help nobody, and can be more than memory holds. */
const MOST_PLACES = 1_000;

/** Finds entities of one kind and completes them with what a subgraph answers. */
export function compileEntitySites(options: EntitySitesOptions): EntitySites {
  const { subgraph, shape, renames, clientNames } = options;
  const sites = options.sites.map((site) => ({ ...site, entities: compileEntityPath(site.path) }));
  const mayAlias = shape.some(({ child }) => child);

  return {
    path: sites.map((site) => toClientPath(site.path, clientNames).join('.')).join(' '),
    collect,
    receive(run, wanted, received) {
      const all = [...wanted.values()];
      if (received.errors.length > 0) noteErrors(run, received, all);
      try {
        distribute(run, received, all);
      } catch (error) {
        noteFailure(run, tooDeep(subgraph, error), all);
        run.observeWrongData?.(subgraph, 'The data nests too deep.');
      }
    },
    fail: (run, wanted, failure) => noteFailure(run, failure, [...wanted.values()]),
  };

  function collect(run: ExecutionRun, hasSite: (site: number) => boolean): WantedEntities {
    const wanted = new Map<string, Wanted>();
    for (const [index, { entities, represent }] of sites.entries()) {
      if (!hasSite(index)) continue;
      const seen = run.hasRepeats ? new Set<JsonObject>() : undefined;
      entities.collect(run.data, (entity) => {
        if (seen?.has(entity)) return;
        seen?.add(entity);
        const representation = represent(entity);
        if (representation === undefined) return;
        let bySite = wanted.get(representation);
        if (!bySite) {
          bySite = sites.map(() => []);
          wanted.set(representation, bySite);
        }
        bySite[index]?.push(entity);
      });
    }
    return wanted;
  }

  function distribute(run: ExecutionRun, { entities, isShared }: ReceivedEntities, wanted: readonly Wanted[]): void {
    if (!Array.isArray(entities)) return;
    const unified = sites.map(() => new UnifiedObjects());
    const misshapen: Wanted[] = [];
    for (const [index, bySite] of wanted.entries()) {
      const entity: unknown = entities[index];
      if (entity === null || entity === undefined) {
        noteAbsent(run, bySite);
        continue;
      }
      if (!isJsonObject(entity)) {
        misshapen.push(bySite);
        continue;
      }
      nameType(entity, bySite);
      for (const { apply } of renames) apply(entity);
      give(entity, bySite, { isShared, unified });
      run.hasRepeats ||= mayAlias && bySite.some((targets) => targets.length > 1);
    }
    run.hasRepeats ||= unified.some(({ hasRepeats }) => hasRepeats);
    if (misshapen.length > 0) noteWrongShapes(run, misshapen);
  }

  function noteAbsent(run: ExecutionRun, bySite: Wanted): void {
    run.absent ??= new Set();
    for (const target of bySite.flat()) run.absent.add(target);
  }

  /**
   * Entities of one site may share what is below the answer, since whatever is added there later is the same for all of them.
   * Those of another site, where the same names may mean other things, get a copy.
   */
  function give(
    entity: JsonObject,
    bySite: Wanted,
    { isShared, unified }: { isShared: boolean; unified: readonly UnifiedObjects[] },
  ): void {
    let isTaken = isShared;
    for (const [index, targets] of bySite.entries()) {
      if (targets.length === 0) continue;
      const source = isTaken && mayAlias ? copyOf(entity, shape) : entity;
      isTaken = true;
      if (!isJsonObject(source)) continue;
      const objects = unified[index];
      if (objects) sites[index]?.unify?.(source, objects);
      for (const target of targets) mergeInto(target, source, shape);
    }
  }

  /** Type conditions of renames look at the type, which the subgraph is not always asked for. */
  function nameType(entity: JsonObject, bySite: Wanted): void {
    if (renames.length > 0) entity['__typename'] ??= bySite.flat()[0]?.['__typename'];
  }

  function noteErrors(run: ExecutionRun, { errors, entities }: ReceivedEntities, wanted: readonly Wanted[]): void {
    const pathsOf = locateEntities(run, sites, clientNames);
    const [firstPath = []] = pathsOf(wanted[0], 1);
    const most = Math.max(1, Math.floor(MOST_PLACES / errors.length));
    let isCutOff = false;
    // An error that names no entity stands for all of them.
    if (errors.some(({ path }) => !wanted[Number(path?.[0])])) run.failures.addFailedPlaces(placesOf(wanted));
    for (const { path: errorPath = [], ...error } of errors) {
      const [index, ...rest] = errorPath;
      const bySite = wanted[Number(index)];
      const entity: unknown = bySite && Array.isArray(entities) ? entities[Number(index)] : undefined;
      const below = bySite ? toClientPath(credibleErrorPath(rest, entity, shape), clientNames) : [];
      const paths = bySite ? pathsOf(bySite, most) : [firstPath];
      for (const at of paths) run.failures.errors.push({ ...error, path: [...at, ...below] });
      isCutOff ||= paths.length >= most;
    }
    if (isCutOff) run.failures.addFailedPlaces(placesOf(wanted));
  }

  function noteFailure(run: ExecutionRun, failure: SubgraphFailure, wanted: readonly Wanted[]): void {
    const pathsOf = locateEntities(run, sites, clientNames);
    const firstPaths = sites.flatMap((_site, index) => {
      const first = wanted.find((bySite) => bySite[index]?.length);
      return pathsOf(first, 1, index);
    });
    run.failures.addFailure(failure, firstPaths, placesOf(wanted));
  }

  /** Wherever the list was to bring something to. */
  function placesOf(wanted: readonly Wanted[]): AnswerPath[] {
    const keys = toClientPath(
      shape.map(({ key }) => key.name),
      clientNames,
    );
    const asking = sites.filter((_site, index) => wanted.some((bySite) => bySite[index]?.length));
    return asking.flatMap((site) => keys.map((key) => [...toClientPath(site.path, clientNames), key]));
  }

  function noteWrongShapes(run: ExecutionRun, misshapen: readonly Wanted[]): void {
    const failure = new SubgraphFailure('SUBGRAPH_INVALID_RESPONSE', subgraph, new Error('an entity is not an object'));
    const pathsOf = locateEntities(run, sites, clientNames);
    const firstPaths = misshapen.map((bySite) => pathsOf(bySite, 1)[0] ?? []);
    run.failures.addFailure(failure, firstPaths, []);
    run.observeWrongData?.(subgraph, 'An entity is not an object.');
  }
}

/** Where entities stand in the answer, at all sites or one, found out only for errors. The same object can stand in several places. */
function locateEntities(
  run: ExecutionRun,
  sites: readonly { entities: EntityPath }[],
  clientNames: ClientNames,
): (bySite: Wanted | undefined, most: number, onlySite?: number) => AnswerPath[] {
  const places = sites.map(({ entities }) => entities.locate(run.data));
  return (bySite = [], most, onlySite = undefined) => {
    const paths: AnswerPath[] = [];
    for (const [site, entities] of bySite.entries()) {
      if (onlySite !== undefined && onlySite !== site) continue;
      for (const entity of new Set(entities)) {
        const found = places[site]?.of(entity, most - paths.length) ?? [];
        paths.push(...found.map((path) => toClientPath(path, clientNames)));
        if (paths.length >= most) return paths;
      }
    }
    return paths;
  };
}

import { isJsonObject, type JsonObject } from '../../subgraph-fetch/json-object.ts';
import { SubgraphFailure } from '../../subgraph-fetch/subgraph-failure.ts';
import type { PlanStep } from '../execution-run.ts';
import type { AnswerError } from '../failure-log.ts';
import { type ClientNames, toClientPath } from '../merging/client-names.ts';
import { type AnswerPath, compileEntityPath } from '../merging/entity-path.ts';
import { credibleErrorPath } from '../merging/error-path.ts';
import type { KeyRename } from '../merging/key-rename.ts';
import { copyOf, type MergeShape, mergeInto } from '../merging/merge-shape.ts';
import { tooDeep } from '../merging/too-deep.ts';
import { UnifiedObjects } from '../merging/unified-objects.ts';
import type { Unify } from '../merging/unify-objects.ts';
import type { RequestBody } from './request-body.ts';

export interface RootFetchOptions {
  subgraph: string;
  operationKind: 'query' | 'mutation';
  /** As `SubgraphRequest` has it. */
  takesIdempotencyKey: boolean;
  body: RequestBody;
  /** Where the root type stands; empty but for a field that leads back to it. */
  path: readonly (string | number)[];
  shape: MergeShape;
  /** What is done to the data of an answer. */
  unify: Unify | undefined;
  renames: readonly KeyRename[];
  clientNames: ClientNames;
}

/** Fetches fields of a root type. */
export function compileRootFetch(options: RootFetchOptions): PlanStep {
  const { subgraph, operationKind, takesIdempotencyKey, body, shape, unify, renames, clientNames } = options;
  const entities = compileEntityPath(options.path);
  const path = toClientPath(options.path, clientNames).join('.');
  const keys = shape.filter(({ key }) => key.name !== '__typename').map(({ key }) => key.name);

  return async (run) => {
    const targets = new Set<JsonObject>();
    entities.collect(run.data, (entity) => targets.add(entity));
    const [first] = targets;
    if (!first) return;
    const firstPath = () => toClientPath(entities.locate(run.data).of(first, 1)[0] ?? [], clientNames);
    const { body: text, identity } = body.text(run.variables, []);
    const { outcome, isShared } = await run.fetch(
      { subgraph, operationKind, path, body: text, representations: 0, takesIdempotencyKey },
      identity,
    );
    const placesAt = (at: AnswerPath) => keys.map((key) => [...at, ...toClientPath([key], clientNames)]);
    const places = () => placesAt(toClientPath(options.path, clientNames));
    if (outcome instanceof SubgraphFailure) {
      run.failures.addFailure(outcome, placesAt(firstPath()), places());
      return;
    }
    const { data } = outcome;
    const errors = outcome.errors.map(({ path: errorPath = [], ...error }): AnswerError => {
      const credible = credibleErrorPath(errorPath, data, shape);
      return credible.length === 0
        ? error
        : { ...error, path: [...firstPath(), ...toClientPath(credible, clientNames)] };
    });
    for (const error of errors) run.failures.errors.push(error);
    // What refuses a whole request has no path: it stands for all that was asked for.
    if (errors.some((error) => error.path === undefined)) run.failures.addFailedPlaces(places());
    if (!isJsonObject(data)) return;
    try {
      for (const { apply } of renames) apply(data);
      for (const entity of targets) {
        const source = isShared || entity !== first ? copyOf(data, shape) : data;
        if (!isJsonObject(source)) continue;
        if (unify) {
          const unified = new UnifiedObjects();
          unify(source, unified);
          run.hasRepeats ||= unified.hasRepeats;
        }
        mergeInto(entity, source, shape);
      }
    } catch (error) {
      run.failures.addFailure(tooDeep(subgraph, error), placesAt(firstPath()), places());
      run.observeWrongData?.(subgraph, 'The data nests too deep.');
    }
  };
}

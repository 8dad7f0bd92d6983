import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import type { SubgraphAnswer, SubgraphError } from '../../subgraph-fetch/subgraph-answer.ts';
import { SubgraphFailure } from '../../subgraph-fetch/subgraph-failure.ts';
import type { ExecutionRun } from '../execution-run.ts';
import type { EntitySites, ReceivedEntities } from './entity-sites.ts';
import type { EntityList } from './joined-operation.ts';
import type { RequestBody } from './request-body.ts';

/** One of the lists of entities that a request is for. */
export interface RequestedList extends EntityList {
  sites: EntitySites;
}

export interface EntityRequestOptions {
  subgraph: string;
  operationKind: 'query' | 'mutation';
  body: RequestBody;
  lists: readonly RequestedList[];
}

/** @param hasSite whether a list is to have the entities of a site of its own now, both by number */
export type EntityRequest = (run: ExecutionRun, hasSite: (list: number, site: number) => boolean) => Promise<void>;

/** Compiles a request for fields of entities that other subgraphs have found. It is not sent where there are none. */
export function compileEntityRequest({ subgraph, operationKind, body, lists }: EntityRequestOptions): EntityRequest {
  const path = lists.map(({ sites }) => sites.path).join(' ');

  return async (run, hasSite) => {
    const wanted = lists.map(({ sites }, list) => sites.collect(run, (site) => hasSite(list, site)));
    if (wanted.every(({ size }) => size === 0)) return;
    const representations = wanted.map((entities) => [...entities.keys()]);
    const { body: text, identity } = body.text(run.variables, representations);
    const representationCount = wanted.reduce((sum, { size }) => sum + size, 0);
    const { outcome, isShared } = await run.fetch(
      { subgraph, operationKind, path, body: text, representations: representationCount },
      identity,
      lists.map(({ key }, list) => ({ key, length: wanted[list]?.size ?? 0 })),
    );
    for (const [list, { key, sites }] of lists.entries()) {
      const entities = wanted[list];
      if (!entities || entities.size === 0) continue;
      if (outcome instanceof SubgraphFailure) sites.fail(run, entities, outcome);
      else sites.receive(run, entities, { ...received(outcome, key), isShared });
    }
  };

  /** The part of an answer that is about one list. */
  function received({ data, errors }: SubgraphAnswer, key: string): Omit<ReceivedEntities, 'isShared'> {
    return { entities: data?.[key], errors: errors.length === 0 ? errors : errorsOf(key, data, errors) };
  }

  /** An error that is about no list is about all of them, as is any error for a list that was lost without one of its own. */
  function errorsOf(
    key: string,
    data: JsonObject | null | undefined,
    errors: readonly SubgraphError[],
  ): SubgraphError[] {
    const [own, others] = [
      errors.filter(({ path: at }) => at?.[0] === key),
      errors.filter((error) => !isOfAList(error)),
    ];
    const mine = [
      ...own.map(({ path: at = [], ...error }) => ({ ...error, path: at.slice(1) })),
      ...others.map(pathless),
    ];
    return mine.length === 0 && !data?.[key] ? errors.map(pathless) : mine;
  }

  function isOfAList({ path: at }: SubgraphError): boolean {
    return lists.some(({ key }) => key === at?.[0]);
  }
}

function pathless({ path: _, ...error }: SubgraphError): SubgraphError {
  return error;
}

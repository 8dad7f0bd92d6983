import type { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';
import type { AnswerPath } from './merging/entity-path.ts';

/** An error of an answer. */
export interface AnswerError {
  message: string;
  /** In the client's own names. */
  path?: readonly (string | number)[] | undefined;
  extensions: Readonly<Record<string, unknown>>;
}

/** What went wrong while one operation was executed. */
export interface FailureLog {
  readonly errors: AnswerError[];
  /**
   * Notes that fetches gave nothing for these places, where `@` stands for every item of a list. One error stands for all of
   * them: a page of a hundred equal errors helps nobody.
   */
  addFailure(failure: SubgraphFailure, paths: readonly AnswerPath[], places: readonly AnswerPath[]): void;
  /** Notes places, with `@` as above, where an error that is there already says why nothing came: one without a path, say. */
  addFailedPlaces(places: readonly AnswerPath[]): void;
  /** Whether an error at a place, above it or below it, says why there is a null. To be asked once all fetches have ended. */
  isExplained(path: AnswerPath): boolean;
}

interface Place {
  below: Map<string | number, Place>;
  isFailed: boolean;
}

/**
 * A log for one operation.
 * @param known errors that are certain before anything is fetched; `@` in a path stands for every item of a list
 */
export function createFailureLog(known: readonly AnswerError[] = []): FailureLog {
  const errors: AnswerError[] = [...known];
  const failedPlaces: AnswerPath[] = [];
  let index: Place | undefined;

  function indexed(): Place {
    if (index) return index;
    index = newPlace();
    for (const { path } of errors) if (path) addPlace(index, path);
    for (const place of failedPlaces) addPlace(index, place);
    return index;
  }

  return {
    errors,
    addFailure(failure, paths, places) {
      for (const path of paths) {
        errors.push({ message: failure.message, path, extensions: { code: failure.code, service: failure.service } });
      }
      failedPlaces.push(...places);
    },
    addFailedPlaces(places) {
      failedPlaces.push(...places);
    },
    isExplained: (path) => isFailedAt(indexed(), path, 0),
  };
}

function newPlace(): Place {
  return { below: new Map(), isFailed: false };
}

function addPlace(root: Place, path: readonly (string | number)[]): void {
  let place = root;
  for (const step of path) {
    let next = place.below.get(step);
    if (!next) {
      next = newPlace();
      place.below.set(step, next);
    }
    place = next;
  }
  place.isFailed = true;
}

/** The end of the path is failed too when something below it is: the index holds nothing else. */
function isFailedAt(place: Place, path: AnswerPath, depth: number): boolean {
  if (place.isFailed || depth === path.length) return true;
  const step = path[depth];
  if (step === undefined) return false;
  const next = place.below.get(step);
  if (next && isFailedAt(next, path, depth + 1)) return true;
  const any = typeof step === 'number' ? place.below.get('@') : undefined;
  return any !== undefined && isFailedAt(any, path, depth + 1);
}

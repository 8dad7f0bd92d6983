import type { JsonObject } from '../subgraph-fetch/json-object.ts';

/** Objects of one place that were compared in vain before no more are; each that is found makes up for some. */
const PATIENCE = 64;
const REWARD = 4;

interface PlaceObjects {
  readonly byMark: Map<string | number, JsonObject>;
  patience: number;
}

/** The objects of one answer so far, by place, one of each kind. */
export class UnifiedObjects {
  /** Whether any object was found again. */
  hasRepeats = false;
  readonly #byPlace: (PlaceObjects | undefined)[] = [];

  /**
   * The object that stands for an object from now on: an equal one of its place, or itself.
   * @param mark is unlike for objects that are not equal, for most of them
   */
  find(
    place: number,
    mark: string | number | undefined,
    object: JsonObject,
    isEqual: (known: JsonObject) => boolean,
  ): JsonObject {
    if (mark === undefined) return object;
    let objects = this.#byPlace[place];
    if (!objects) {
      objects = { byMark: new Map(), patience: PATIENCE };
      this.#byPlace[place] = objects;
    }
    if (objects.patience <= 0) return object;
    const known = objects.byMark.get(mark);
    if (known && isEqual(known)) {
      this.hasRepeats = true;
      objects.patience += REWARD;
      return known;
    }
    objects.patience -= 1;
    objects.byMark.set(mark, object);
    return object;
  }
}

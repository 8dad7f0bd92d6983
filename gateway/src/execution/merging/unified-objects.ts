import type { JsonObject } from '../../subgraph-fetch/json-object.ts';

/** What objects are looked up by before they are compared: equal ones have equal marks. */
export type Mark = string | number;

/** Objects of one place that did not come again before no more are looked up; each that does makes up for some. */
const PATIENCE = 64;
const REWARD = 4;

interface PlaceObjects {
  readonly byMark: Map<Mark, JsonObject>;
  patience: number;
}

/** The objects of one answer so far, by place, one of each kind. */
export class UnifiedObjects {
  /** Whether any object came again. */
  hasRepeats = false;
  readonly #byPlace: (PlaceObjects | undefined)[] = [];

  /** The last object of the place that was added with the mark. */
  find(place: number, mark: Mark): JsonObject | undefined {
    const objects = this.#byPlace[place];
    return objects && objects.patience > 0 ? objects.byMark.get(mark) : undefined;
  }

  /** Notes that an object of the place came again. */
  repeat(place: number): void {
    const objects = this.#byPlace[place];
    if (objects) objects.patience += REWARD;
    this.hasRepeats = true;
  }

  add(place: number, mark: Mark, object: JsonObject): void {
    const objects = this.#objectsOf(place);
    if (objects.patience <= 0) return;
    objects.patience -= 1;
    objects.byMark.set(mark, object);
  }

  #objectsOf(place: number): PlaceObjects {
    const known = this.#byPlace[place];
    if (known) return known;
    const made = { byMark: new Map<Mark, JsonObject>(), patience: PATIENCE };
    this.#byPlace[place] = made;
    return made;
  }
}

import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import type { ObjectShape, writeFields } from './object-completer.ts';

/** Texts of one place that are looked for in vain before they are no longer kept; each that is found makes up for some. */
const PATIENCE = 64;
const REWARD = 4;

interface PlaceTexts {
  readonly byObject: Map<JsonObject, string>;
  patience: number;
}

/**
 * The text of every object that one answer has written, by its place in the shape. The same few entities stand in many places of
 * a deep answer: each is written once. A place where nothing comes again costs no more than a few dozen look-ups.
 */
export class WrittenTexts {
  readonly #byPlace: (PlaceTexts | undefined)[] = [];

  /** The object's text, which `write` makes when it is not known; `undefined` when it makes none. */
  textOf(place: number, object: JsonObject, shape: ObjectShape, write: typeof writeFields): string | undefined {
    let texts = this.#byPlace[place];
    if (!texts) {
      texts = { byObject: new Map(), patience: PATIENCE };
      this.#byPlace[place] = texts;
    }
    if (texts.patience <= 0) return write(shape, object, this);
    const known = texts.byObject.get(object);
    if (known !== undefined) {
      texts.patience += REWARD;
      return known;
    }
    texts.patience -= 1;
    const text = write(shape, object, this);
    if (text !== undefined) texts.byObject.set(object, text);
    return text;
  }
}

import type { Shaping } from './shaping.ts';
import type { WrittenTexts } from './written-texts.ts';

/** Makes the values of one place of an answer out of the data's. */
export interface Completer {
  /** The value, `null` for an object that there is none of, or `BUBBLE`. What is wrong with it is noted. */
  complete(value: unknown, shaping: Shaping): unknown;
  /**
   * What `complete` makes, as JSON text, where nothing is wrong; otherwise `undefined`, and nothing is noted.
   * @param texts of objects that may come again; absent when none does
   */
  write(value: unknown, texts: WrittenTexts | undefined): string | undefined;
}

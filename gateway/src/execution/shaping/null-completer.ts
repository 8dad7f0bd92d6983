import type { Completer } from './completer.ts';
import { BUBBLE } from './shaping.ts';

/** A null stays, and what breaks below the value ends here as a null. */
export function nullableCompleter(present: Completer): Completer {
  return {
    complete(value, shaping) {
      if (value === null || value === undefined) return null;
      const completed = present.complete(value, shaping);
      return completed === BUBBLE ? null : completed;
    },
    write: (value, texts) => (value === null || value === undefined ? 'null' : present.write(value, texts)),
  };
}

/**
 * A null goes up.
 * @param field for errors: `Product.reviews`
 */
export function nonNullCompleter(present: Completer, field: string): Completer {
  return {
    complete(value, shaping) {
      const completed = value === null || value === undefined ? null : present.complete(value, shaping);
      if (completed !== null) return completed;
      shaping.noteNull(field);
      return BUBBLE;
    },
    write: (value, texts) => (value === null || value === undefined ? undefined : present.write(value, texts)),
  };
}

import type { GraphQLLeafType } from 'graphql';
import type { Completer } from './completer.ts';
import { jsonText } from './json-text.ts';
import { leafCheckOf } from './leaf-check.ts';
import { BUBBLE } from './shaping.ts';

/** @param field for errors: `Product.name` */
export function leafCompleter(type: GraphQLLeafType, field: string): Completer {
  const check = leafCheckOf(type);
  return {
    complete(value, shaping) {
      const checked = check(value);
      if (checked !== undefined) return checked;
      shaping.noteInvalid(field);
      return BUBBLE;
    },
    write(value) {
      const checked = check(value);
      return checked === undefined ? undefined : jsonText(checked);
    },
  };
}

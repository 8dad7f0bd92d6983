import { answerTooLarge } from './answer-limit.ts';
import type { Completer } from './completer.ts';
import { BUBBLE } from './shaping.ts';

/**
 * @param field for errors: `Product.reviews`
 * @param limit the most characters of JSON that a list may have
 */
export function listCompleter(item: Completer, field: string, limit: number): Completer {
  return {
    complete(value, shaping) {
      if (!Array.isArray(value)) {
        shaping.noteInvalid(field);
        return BUBBLE;
      }
      const items: unknown[] = [];
      for (const [index, each] of value.entries()) {
        shaping.spend('', each);
        shaping.path.push(index);
        const completed = item.complete(each, shaping);
        shaping.path.pop();
        if (completed === BUBBLE) return BUBBLE;
        items.push(completed);
      }
      return items;
    },
    write(value, texts) {
      if (!Array.isArray(value)) return undefined;
      let written = '';
      for (let i = 0; i < value.length; i++) {
        const text = item.write(value[i], texts);
        if (text === undefined) return undefined;
        written += i === 0 ? text : `,${text}`;
        if (written.length > limit) throw answerTooLarge(limit);
      }
      return `[${written}]`;
    },
  };
}

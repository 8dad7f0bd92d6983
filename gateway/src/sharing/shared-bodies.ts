import type { WrittenAnswer } from '../execution/compiled-operation.ts';

export type Body = string | Buffer;

/**
 * The bodies of answers that several requests get: what `make` makes for the first of them is there for the others, as to encode a
 * long text again for each costs more than to send it.
 */
export class SharedBodies {
  readonly #bodies = new WeakMap<WrittenAnswer, Body>();

  bodyOf(answer: WrittenAnswer, make: () => Body): Body {
    const known = this.#bodies.get(answer);
    if (known !== undefined) return known;
    const body = make();
    this.#bodies.set(answer, body);
    return body;
  }
}

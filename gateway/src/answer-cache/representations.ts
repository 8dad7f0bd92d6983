import { LONGEST_ON_THIS_THREAD, WORTH_COMPRESSING } from '../edge/compression.ts';
import { type ContentCoding, contentCodingFor } from '../edge/content-coding.ts';
import { type Representation, type RepresentationOptions, representationOf } from './representation.ts';
import type { StoredAnswer } from './stored-answer.ts';

/** How a client wants an answer. */
export interface Negotiated {
  readonly contentType: string;
  readonly acceptEncoding: string | undefined;
}

/**
 * The representations of answers, each made once, compressed or not, and kept for as long as the answer itself is: to compress an
 * answer for each who gets it costs more than all the rest of a hit.
 */
export class Representations {
  readonly #options: RepresentationOptions;
  readonly #made = new WeakMap<StoredAnswer, Map<string, Representation | Promise<Representation>>>();

  constructor(options: RepresentationOptions) {
    this.#options = options;
  }

  /** @returns a promise while a long answer is being compressed */
  of(stored: StoredAnswer, wanted: Negotiated): Representation | Promise<Representation> {
    const { body } = stored;
    const isCompressed = this.#options.hasCompression && body.length >= WORTH_COMPRESSING;
    const coding = isCompressed ? contentCodingFor(wanted.acceptEncoding) : undefined;
    const variants = this.#made.get(stored) ?? new Map<string, Representation | Promise<Representation>>();
    this.#made.set(stored, variants);
    const name = `${coding?.name} ${wanted.contentType}`;
    const known = variants.get(name);
    if (known) return known;
    const made = this.#make(stored, wanted.contentType, coding);
    variants.set(name, made);
    if (made instanceof Promise) {
      made.then(
        (representation) => variants.set(name, representation),
        () => variants.delete(name),
      );
    }
    return made;
  }

  #make(stored: StoredAnswer, contentType: string, coding: ContentCoding | undefined) {
    const { body } = stored;
    const make = (coded: Buffer) => representationOf(stored, { body: coded, contentType, coding }, this.#options);
    if (!coding) return make(body);
    return body.length > LONGEST_ON_THIS_THREAD ? coding.compressAside(body).then(make) : make(coding.compress(body));
  }
}

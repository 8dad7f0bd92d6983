import { LRUCache } from 'lru-cache';
import { LONGEST_ON_THIS_THREAD, WORTH_COMPRESSING } from '../edge/compression.ts';
import { type ContentCoding, contentCodingFor } from '../edge/content-coding.ts';
import { type Representation, type RepresentationOptions, representationOf } from './representation.ts';
import type { StoredAnswer } from './stored-answer.ts';

/** How a client wants an answer. */
export interface Negotiated {
  readonly contentType: string;
  readonly acceptEncoding: string | undefined;
}

interface Variant extends Omit<Negotiated, 'acceptEncoding'> {
  readonly coding: ContentCoding | undefined;
  /** A promise while it is being compressed. */
  representation: Representation | Promise<Representation>;
}

const MOST_ACCEPT_ENCODINGS = 100;

/**
 * The representations of answers, each made once, compressed or not, and kept for as long as the answer itself is: to compress an
 * answer for each who gets it costs more than all the rest of a hit.
 */
export class Representations {
  readonly #options: RepresentationOptions;
  readonly #made = new WeakMap<StoredAnswer, Variant[]>();
  /** Clients are many, what they accept is not. */
  readonly #codings = new LRUCache<string, { coding: ContentCoding | undefined }>({ max: MOST_ACCEPT_ENCODINGS });

  constructor(options: RepresentationOptions) {
    this.#options = options;
  }

  /** @returns a promise while a long answer is being compressed */
  of(stored: StoredAnswer, { contentType, acceptEncoding }: Negotiated): Representation | Promise<Representation> {
    const isCompressed = this.#options.hasCompression && stored.body.length >= WORTH_COMPRESSING;
    const coding = isCompressed ? this.#codingFor(acceptEncoding) : undefined;
    const variants = this.#variantsOf(stored);
    for (const known of variants) {
      if (known.contentType === contentType && known.coding === coding) return known.representation;
    }
    const made: Variant = { contentType, coding, representation: this.#make(stored, contentType, coding) };
    variants.push(made);
    if (made.representation instanceof Promise) {
      made.representation.then(
        (representation) => {
          made.representation = representation;
        },
        () => variants.splice(variants.indexOf(made), 1),
      );
    }
    return made.representation;
  }

  #variantsOf(stored: StoredAnswer): Variant[] {
    const known = this.#made.get(stored);
    if (known) return known;
    const variants: Variant[] = [];
    this.#made.set(stored, variants);
    return variants;
  }

  #codingFor(acceptEncoding = ''): ContentCoding | undefined {
    const known = this.#codings.get(acceptEncoding);
    if (known) return known.coding;
    const coding = contentCodingFor(acceptEncoding);
    this.#codings.set(acceptEncoding, { coding });
    return coding;
  }

  #make(stored: StoredAnswer, contentType: string, coding: ContentCoding | undefined) {
    const { body } = stored;
    const make = (coded: Buffer) => representationOf(stored, { body: coded, contentType, coding }, this.#options);
    if (!coding) return make(body);
    return body.length > LONGEST_ON_THIS_THREAD ? coding.compressAside(body).then(make) : make(coding.compress(body));
  }
}

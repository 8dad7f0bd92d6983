import { type DocumentNode, Kind, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { PublishedOperation } from './manifest.ts';
import { normalisedText } from './normalised-text.ts';

/** What was made of a text. */
export interface TextVerdict {
  readonly isListed: boolean;
  /** Whether this text is looked at for the first time, as far as is remembered. */
  readonly isNew: boolean;
}

const VERDICTS_LIMIT = 8 * 1024 * 1024;

/** Operations that were published at one time; after another publication there is another one of these. */
export class OperationList {
  readonly #texts = new Map<string, string>();
  readonly #bodies = new Set<string>();
  readonly #normalised = new Set<string>();
  readonly #verdicts = new LRUCache<string, { isListed: boolean }>({
    maxSize: VERDICTS_LIMIT,
    sizeCalculation: (_, text) => text.length,
  });
  readonly operations: readonly PublishedOperation[];

  /** @param operations bodies that do not parse are found by their very text only */
  constructor(operations: readonly PublishedOperation[]) {
    this.operations = operations;
    for (const { id, body, clientName } of operations) {
      this.#texts.set(keyOf(id, clientName ?? undefined), body);
      this.#bodies.add(body);
      const document = parsed(body);
      if (document) this.#normalised.add(normalisedText(document));
    }
  }

  /** The text of an operation that is published for a client, or for all. */
  textOf(id: string, clientName: string | undefined): string | undefined {
    return this.#texts.get(keyOf(id, clientName)) ?? this.#texts.get(keyOf(id, undefined));
  }

  /** Whether a text is one of the list but for what `normalisedText` does not see, or asks for nothing but the schema. */
  verdictOn(text: string): TextVerdict {
    if (this.#bodies.has(text)) return { isListed: true, isNew: false };
    const known = this.#verdicts.get(text);
    if (known) return { ...known, isNew: false };
    const document = parsed(text);
    const isListed = !!document && (this.#normalised.has(normalisedText(document)) || isAboutSchema(document));
    this.#verdicts.set(text, { isListed });
    return { isListed, isNew: true };
  }
}

function keyOf(id: string, clientName = ''): string {
  return JSON.stringify([clientName, id]);
}

function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true, maxTokens: 20_000 });
  } catch {
    return undefined;
  }
}

/** Who may have the schema is decided where schemas are answered. */
function isAboutSchema({ definitions }: DocumentNode): boolean {
  return definitions.every((definition) => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) return true;
    if (definition.kind !== Kind.OPERATION_DEFINITION) return false;
    return definition.selectionSet.selections.every(
      (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
    );
  });
}

import type { Metrics } from '@tributary/runtime/metrics/metrics';
import { type DocumentNode, Kind } from 'graphql';
import type { OperationList } from '../persisted-operations/operation-list.ts';
import { OperationStats, outcomes } from './operation-stats.ts';

/** Of whatever is not published: clients make up names as they like, and each would stay a time series for good. */
const OTHER = 'other';
const MOST_NAMES = 500;

/** Statistics of operations by name, for those that are published. */
export class KnownOperationStats {
  /** Of all others. */
  readonly other: OperationStats;
  readonly #metrics: Metrics;
  readonly #list: () => OperationList;
  readonly #byName = new Map<string, OperationStats>();
  readonly #byDocument = new WeakMap<DocumentNode, { readonly list: OperationList; readonly stats: OperationStats }>();
  readonly #names = new WeakMap<OperationList, ReadonlySet<string>>();

  /** @param list the operations that are published now */
  constructor(metrics: Metrics, list: () => OperationList) {
    this.#metrics = metrics;
    this.#list = list;
    this.other = this.#named(OTHER);
    metrics.read('tributary_operations_total', () =>
      [...this.#byName.values()].flatMap(({ name, counts }) =>
        outcomes.map((outcome) => ({ labels: { operation: name, outcome }, value: counts[outcome] })),
      ),
    );
  }

  /** @param text that the document was parsed from */
  of(document: DocumentNode, text: string): OperationStats {
    const list = this.#list();
    const known = this.#byDocument.get(document);
    if (known?.list === list) return known.stats;
    const stats = this.#find(list, document, text);
    this.#byDocument.set(document, { list, stats });
    return stats;
  }

  #find(list: OperationList, document: DocumentNode, text: string): OperationStats {
    const name = nameOf(document);
    if (name === undefined || !this.#namesOf(list).has(name) || !list.verdictOn(text).isListed) return this.other;
    return this.#byName.get(name) ?? (this.#byName.size <= MOST_NAMES ? this.#named(name) : this.other);
  }

  #namesOf(list: OperationList): ReadonlySet<string> {
    const known = this.#names.get(list);
    if (known) return known;
    const names = new Set(list.operations.map(({ name }) => name));
    this.#names.set(list, names);
    return names;
  }

  #named(name: string): OperationStats {
    const durations = this.#metrics.histogram('tributary_operation_duration_seconds').of({ operation: name });
    const stats = new OperationStats(name, durations);
    this.#byName.set(name, stats);
    return stats;
  }
}

function nameOf({ definitions }: DocumentNode): string | undefined {
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) return definition.name?.value;
  }
  return undefined;
}

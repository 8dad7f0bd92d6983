import { Observations } from './observations.ts';

/** Observations by labels. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly #labelNames: readonly string[];
  readonly #byLabels = new Map<string, { labels: Readonly<Record<string, string>>; observations: Observations }>();

  constructor(bounds: readonly number[], labelNames: readonly string[]) {
    this.bounds = bounds;
    this.#labelNames = labelNames;
  }

  /** All that was observed, with its labels. */
  get all(): Iterable<{ readonly labels: Readonly<Record<string, string>>; readonly observations: Observations }> {
    return this.#byLabels.values();
  }

  /** Where to observe what has these labels; to be kept, since finding it costs more than the observation. */
  of(labels: Readonly<Record<string, string>>): Observations {
    const key = this.#labelNames.map((name) => labels[name]).join('\n');
    const known = this.#byLabels.get(key);
    if (known) return known.observations;
    const observations = new Observations(this.bounds);
    this.#byLabels.set(key, { labels, observations });
    return observations;
  }
}

import { type ExposedValue, expositionOf } from './exposition.ts';
import { Histogram } from './histogram.ts';
import {
  type HistogramName,
  type LabelsOf,
  type MetricDefinition,
  type MetricName,
  metricCatalogue,
  type ReadMetricName,
} from './metric-catalogue.ts';
import type { Observations } from './observations.ts';
import { withinLimit } from './within-limit.ts';

/** A value of a counter or gauge, with its labels. */
export interface Sample<Name extends MetricName> {
  readonly labels: LabelsOf<Name>;
  readonly value: number;
}

/** Reads what is counted elsewhere, at the moment at which somebody looks. */
export type Reader<Name extends MetricName> = () => Iterable<Sample<Name>> | Promise<Iterable<Sample<Name>>>;

/** A histogram whose labels are known to the compiler. */
export interface TypedHistogram<Name extends HistogramName> {
  of(labels: LabelsOf<Name>): Observations;
}

/** A reader of whatever metric. */
type AnyReader = () => Iterable<ExposedValue> | Promise<Iterable<ExposedValue>>;

type Source =
  | { readonly kind: 'read'; readonly readers: AnyReader[] }
  | { readonly kind: 'observed'; readonly histogram: Histogram };

/** Well below what Prometheus waits for all of them (10 s). */
const READ_LIMIT_MS = 2_000;

/**
 * The metrics of one service. What is counted anyway is only read when somebody looks, so that it costs nothing otherwise; what is
 * not is observed by who does the work, in a histogram. prom-client would take a microsecond to find the labels of an observation.
 */
export class Metrics {
  readonly #sources = new Map<MetricName, Source>();
  readonly #onError: (error: unknown) => void;
  readonly #readLimitMs: number;

  /**
   * @param onError told of what could not be read; that metric is left out then
   * @param readLimitMs how long a reader may take; after that its metric could not be read
   */
  constructor(onError: (error: unknown) => void, readLimitMs = READ_LIMIT_MS) {
    this.#onError = onError;
    this.#readLimitMs = readLimitMs;
  }

  /** Has a counter or gauge read whenever somebody looks. Several readers of one metric bring its samples together. */
  read<Name extends ReadMetricName>(name: Name, reader: Reader<Name>): void {
    const source = this.#sources.get(name);
    if (source?.kind === 'read') source.readers.push(reader);
    else this.#sources.set(name, { kind: 'read', readers: [reader] });
  }

  /** A histogram; the same one whoever asks. */
  histogram<Name extends HistogramName>(name: Name): TypedHistogram<Name> {
    const source = this.#sources.get(name);
    if (source?.kind === 'observed') return source.histogram;
    const { buckets, labels } = metricCatalogue[name];
    const histogram = new Histogram(buckets, labels);
    this.#sources.set(name, { kind: 'observed', histogram });
    return histogram;
  }

  /** What of several can be read, in time; of the rest is told. For what is read in parts that fail apart from each other. */
  async readable<T>(name: ReadMetricName, parts: readonly Promise<T>[], limitMs: number): Promise<T[]> {
    const outcomes = await Promise.allSettled(parts.map((part) => withinLimit(limitMs, name, part)));
    return outcomes.flatMap((outcome) => {
      if (outcome.status === 'fulfilled') return [outcome.value];
      this.#onError(outcome.reason);
      return [];
    });
  }

  /** All metrics in Prometheus's text format. */
  async text(): Promise<string> {
    const texts = [...this.#sources].map(async ([name, source]) => {
      const { type, help }: MetricDefinition = metricCatalogue[name];
      return expositionOf({ name, type, help, values: await this.#valuesOf(name, source) });
    });
    return (await Promise.all(texts)).join('');
  }

  async #valuesOf(name: MetricName, source: Source): Promise<readonly ExposedValue[]> {
    if (source.kind === 'observed') return valuesOfHistogram(source.histogram);
    try {
      const samples = await Promise.all(source.readers.map((reader) => this.#samplesOf(name, reader)));
      return samples.flatMap((of) => [...of]);
    } catch (error) {
      this.#onError(error);
      return [];
    }
  }

  async #samplesOf(name: MetricName, reader: AnyReader): Promise<Iterable<ExposedValue>> {
    const samples = reader();
    return samples instanceof Promise ? withinLimit(this.#readLimitMs, name, samples) : samples;
  }
}

function valuesOfHistogram({ all, bounds }: Histogram): ExposedValue[] {
  return [...all].flatMap(({ labels, observations }) => {
    const cumulative = observations.cumulative();
    const buckets = cumulative.map((value, index) => ({
      suffix: '_bucket',
      labels: { ...labels, le: index < bounds.length ? String(bounds[index]) : '+Inf' },
      value,
    }));
    const count = cumulative.at(-1) ?? 0;
    return [
      ...buckets,
      { suffix: '_sum', labels, value: observations.sum },
      { suffix: '_count', labels, value: count },
    ];
  });
}

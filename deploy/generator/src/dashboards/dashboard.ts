/** What Grafana shows a value as. */
export type Unit = 's' | 'ops' | 'percentunit' | 'bytes' | 'short' | 'none';

/** A line of a panel, or several. */
export interface Query {
  /** In PromQL; `$__rate_interval` is as long as it takes to see a rate. */
  readonly expr: string;
  /** With `{{label}}` for the value of a label. */
  readonly legend: string;
}

/** A graph over time. */
export interface Panel {
  readonly title: string;
  /** What a reader can tell from it. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** From where on it is drawn red. */
  readonly alarming?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A page of graphs. */
export interface Dashboard {
  /** Part of its address, and of the name of its file. */
  readonly id: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

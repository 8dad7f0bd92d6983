/** A statement that a subgraph ran. */
export interface Statement {
  readonly text: string;
  readonly database: string;
  readonly role: string;
  readonly node: string;
  readonly rows: number;
  readonly durationMs: number;
}

/** Keys that were looked for in a cache of entities together. */
export interface CacheRead {
  readonly cache: string;
  readonly keys: number;
  readonly hits: number;
  readonly isBypassed: boolean;
}

/** One request to a subgraph. */
export interface ExplainedFetch {
  readonly subgraph: string;
  readonly path: string;
  /** Since the request arrived at the gateway. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly responseBytes: number;
  readonly representations: number;
  readonly failure?: string;
  readonly statements: readonly Statement[];
  readonly loaderBatches: readonly { readonly loader: string; readonly group: string; readonly keys: number }[];
  readonly cacheReads: readonly CacheRead[];
}

/** A part of a query plan. */
export type PlanPart =
  | {
      readonly kind: 'Fetch';
      readonly subgraph: string;
      readonly path: string;
      readonly operationKind: string;
      /** What it is asked of, for entities: `Product(id)`. */
      readonly entities: readonly string[];
      readonly selection: string;
    }
  | { readonly kind: 'Sequence' | 'Parallel'; readonly parts: readonly PlanPart[] }
  | {
      readonly kind: 'Condition';
      readonly variable: string;
      readonly whenTrue: PlanPart;
      readonly whenFalse: PlanPart;
    };

/** `extensions.explain` of an answer, as docs/gateway.md describes it. */
export interface Explanation {
  readonly queryPlan: string | null;
  readonly plan: PlanPart | null;
  readonly fetches: readonly ExplainedFetch[];
  readonly answerCache?: {
    readonly outcome: string;
    readonly answer?: { readonly scope: string; readonly maxAgeS: number; readonly ageSeconds: number };
  };
  readonly cost?: {
    readonly estimated: number;
    readonly bySubgraph: Readonly<Record<string, number>>;
    readonly actual?: number;
  };
  readonly totals: {
    readonly fetches: number;
    readonly statements: number;
    readonly loaderBatches: number;
    readonly durationMs: number;
  };
}

/** How far the explanation of the last operation has come. */
export type Explained =
  | { readonly phase: 'asking' | 'unexplained'; readonly title: string }
  | { readonly phase: 'explained'; readonly title: string; readonly explanation: Explanation };

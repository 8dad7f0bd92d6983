/** What a metric is. */
export interface MetricDefinition {
  /** A counter only grows, a gauge goes up and down, and a histogram counts observations by how large they are. */
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each has few values, whatever clients send. */
  readonly labels: readonly string[];
  /** The services that have it. */
  readonly from: 'all' | 'gateway' | 'subgraphs' | 'notifications';
  /** Upper bounds of a histogram's buckets, ascending. */
  readonly buckets?: readonly number[];
}

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const STATEMENT_SECONDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10];

/**
 * Every metric of the services. It is the single source: services can count nothing else, dashboards are checked against it, and
 * the documentation is generated from it. Names have their unit, and durations are seconds, as Prometheus asks.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
export const metricCatalogue = {
  tributary_http_requests_in_flight: {
    type: 'gauge',
    help: 'GraphQL requests that are being answered, streams of subscriptions left out; what gateways are scaled on',
    labels: [],
    from: 'all',
  },
  tributary_http_requests_total: {
    type: 'counter',
    help: 'GraphQL requests that were answered, by HTTP status',
    labels: ['status'],
    from: 'all',
  },
  tributary_http_request_duration_seconds: {
    type: 'histogram',
    help: 'from the headers of a GraphQL request to its answer, its body and its place among others included',
    labels: [],
    from: 'all',
    buckets: REQUEST_SECONDS,
  },
  tributary_http_requests_shed_total: {
    type: 'counter',
    help: 'requests that were refused because those under way took longer than usual',
    labels: [],
    from: 'gateway',
  },
  tributary_http_concurrency_limit: {
    type: 'gauge',
    help: 'how many requests may be busy at the moment',
    labels: [],
    from: 'gateway',
  },
  tributary_operations_total: {
    type: 'counter',
    help: 'operations by name and outcome: ok, refused (only errors that their client can mend), failed, or abandoned by their client; names are those of published operations, and `other`',
    labels: ['operation', 'outcome'],
    from: 'gateway',
  },
  tributary_operation_duration_seconds: {
    type: 'histogram',
    help: 'from an operation with its body to its answer',
    labels: ['operation'],
    from: 'gateway',
    buckets: REQUEST_SECONDS,
  },
  tributary_errors_total: {
    type: 'counter',
    help: 'errors in answers to clients by code; INTERNAL_SERVER_ERROR is a defect of ours',
    labels: ['code'],
    from: 'gateway',
  },
  tributary_operation_estimated_cost: {
    type: 'histogram',
    help: 'what operations may cost by @cost and @listSize, as estimated before they run',
    labels: [],
    from: 'gateway',
    buckets: [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000],
  },
  tributary_rate_limit_refusals_total: {
    type: 'counter',
    help: 'requests and operations that were refused to clients of a class; reason is spent, or unknown while nobody can tell',
    labels: ['class', 'reason'],
    from: 'gateway',
  },
  tributary_answer_cache_outcomes_total: {
    type: 'counter',
    help: 'what became of queries: hit, stale, miss, or why the answer could not be kept',
    labels: ['outcome'],
    from: 'gateway',
  },
  tributary_subscriptions_open: {
    type: 'gauge',
    help: 'streams of subscriptions that are open',
    labels: [],
    from: 'gateway',
  },
  tributary_subgraph_fetches_total: {
    type: 'counter',
    help: 'requests to subgraphs, retries not counted, by outcome: ok, or the code of what failed',
    labels: ['subgraph', 'outcome'],
    from: 'gateway',
  },
  tributary_subgraph_fetch_duration_seconds: {
    type: 'histogram',
    help: 'from a request to a subgraph to its answer or failure, retries included',
    labels: ['subgraph'],
    from: 'gateway',
    buckets: REQUEST_SECONDS,
  },
  tributary_subgraph_fetches_in_flight: {
    type: 'gauge',
    help: 'requests that a subgraph has not answered yet',
    labels: ['subgraph'],
    from: 'gateway',
  },
  tributary_subgraph_retries_total: {
    type: 'counter',
    help: 'times that a request went out once more: sent, or over-budget where the budget of retries was spent',
    labels: ['subgraph', 'outcome'],
    from: 'gateway',
  },
  tributary_subgraph_retry_budget: {
    type: 'gauge',
    help: 'how many retries the budget has left',
    labels: ['subgraph'],
    from: 'gateway',
  },
  tributary_subgraph_instances: {
    type: 'gauge',
    help: 'URLs of a subgraph: well, or ejected by their circuit breaker',
    labels: ['subgraph', 'state'],
    from: 'gateway',
  },
  tributary_cache_lookups_total: {
    type: 'counter',
    help: 'look-ups of keys: hit, stale, miss, or bypass where the tier could not be asked',
    labels: ['keyspace', 'tier', 'outcome'],
    from: 'all',
  },
  tributary_cache_fills_total: {
    type: 'counter',
    help: 'values that were filled: stored, unshared, overtaken by an invalidation, or failed',
    labels: ['keyspace', 'outcome'],
    from: 'all',
  },
  tributary_cache_breaker_open: {
    type: 'gauge',
    help: '1 while nothing is asked of a store of the cache, since it failed or was too slow; else 0',
    labels: ['store'],
    from: 'all',
  },
  tributary_loader_batch_keys: {
    type: 'histogram',
    help: 'distinct keys of a batch of a loader',
    labels: ['loader'],
    from: 'subgraphs',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
  },
  tributary_signature_refusals_total: {
    type: 'counter',
    help: 'requests to a subgraph that no gateway had signed, by code',
    labels: ['code'],
    from: 'subgraphs',
  },
  tributary_sql_statement_duration_seconds: {
    type: 'histogram',
    help: 'statements by how long they took, at a primary or a replica',
    labels: ['database', 'role'],
    from: 'subgraphs',
    buckets: STATEMENT_SECONDS,
  },
  tributary_sql_errors_total: {
    type: 'counter',
    help: 'statements that failed',
    labels: ['database', 'role'],
    from: 'subgraphs',
  },
  tributary_sql_connections: {
    type: 'gauge',
    help: 'connections of this process: active or idle',
    labels: ['database', 'node', 'state'],
    from: 'subgraphs',
  },
  tributary_sql_pool_waiting: {
    type: 'gauge',
    help: 'statements and transactions that wait for a connection',
    labels: ['database', 'node'],
    from: 'subgraphs',
  },
  tributary_database_server_up: {
    type: 'gauge',
    help: '1 for a server that answers probes and may be used, else 0',
    labels: ['database', 'node', 'role'],
    from: 'subgraphs',
  },
  tributary_replica_lag_seconds: {
    type: 'gauge',
    help: 'how long ago the primary was where a replica is',
    labels: ['database', 'node'],
    from: 'subgraphs',
  },
  tributary_replica_lag_bytes: {
    type: 'gauge',
    help: 'how much of the write-ahead log a replica has not replayed',
    labels: ['database', 'node'],
    from: 'subgraphs',
  },
  tributary_queue_messages: {
    type: 'gauge',
    help: 'messages of a queue: waiting, or dead when they were given up',
    labels: ['queue', 'state'],
    from: 'notifications',
  },
  tributary_queue_oldest_seconds: {
    type: 'gauge',
    help: 'the age of the event that has waited longest in a queue of Postgres, 0 when none waits',
    labels: ['queue'],
    from: 'notifications',
  },
  tributary_outbox_events: {
    type: 'gauge',
    help: 'events in the outbox of a database that are not published yet',
    labels: ['database'],
    from: 'notifications',
  },
  tributary_outbox_oldest_seconds: {
    type: 'gauge',
    help: 'the age of the oldest of them, 0 when there is none',
    labels: ['database'],
    from: 'notifications',
  },
  tributary_log_lines_total: {
    type: 'counter',
    help: 'lines that were logged, by level; an error is a defect',
    labels: ['level'],
    from: 'all',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricCatalogue = typeof metricCatalogue;
export type MetricName = keyof MetricCatalogue;

type NamesOf<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: MetricCatalogue[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** What is read when somebody looks. */
export type ReadMetricName = NamesOf<'counter' | 'gauge'>;
/** What is told of every observation. */
export type HistogramName = NamesOf<'histogram'>;

/** A value for each label of a metric. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<MetricCatalogue[Name]['labels'][number], string>>;

import type { MeasuredCosts } from './measured-costs.ts';

/** What is asked for, and how. Shares are from 0 to 1. */
export interface Traffic {
  readonly requestsPerSecond: number;
  /** Of requests that a gateway answers with what it has kept. */
  readonly keptShare: number;
  /** Of requests that write. */
  readonly writeShare: number;
  /** Statements that a request causes, caches included. */
  readonly statementsPerRequest: number;
  /** Different answers that are asked for within their time to live. */
  readonly keptAnswers: number;
  /** Different entities that are. */
  readonly keptEntities: number;
}

/** What a kind of server takes, and what of it is not measured by the bench. */
export interface Allowances {
  /** How busy a core may be at the busiest time, from 0 to 1. */
  readonly utilisation: number;
  /** Zones, of which one may be lost. */
  readonly zones: number;
  /** How many times what the bench measured a subgraph takes with its cache and its databases. */
  readonly databaseFactor: number;
  /** Statements a second of one server of Postgres. */
  readonly statementsPerServer: number;
  /** Events a second of one relay, which is one a service and shard. */
  readonly eventsPerRelay: number;
  /** Events that the busiest service publishes for a write. */
  readonly eventsPerWrite: number;
  /** Bytes of an entity in Redis, and of what Redis needs for any key. */
  readonly entityBytes: number;
  readonly keyBytes: number;
}

/** How many of each there have to be. */
export interface Demand {
  readonly gatewayCores: number;
  readonly gatewayPods: number;
  readonly subgraphRequestsPerSecond: number;
  readonly subgraphCores: number;
  /** Of all subgraphs together. */
  readonly subgraphPods: number;
  readonly statementsPerSecond: number;
  readonly postgresServers: number;
  /** As many as the relays of events need, and no fewer than two. */
  readonly shards: number;
  readonly redisBytes: number;
  readonly answerBytesPerSecond: number;
}

/** From requests a second to pods, servers, shards and bytes. A pod is one core: Node executes on one. */
export function demandOf(traffic: Traffic, costs: MeasuredCosts, allowances: Allowances): Demand {
  const { requestsPerSecond, keptShare } = traffic;
  const executed = requestsPerSecond * (1 - keptShare);
  const gatewayCores = (requestsPerSecond * keptShare * costs.keptAnswerMs + executed * costs.executedQueryMs) / 1_000;
  const subgraphRequestsPerSecond = executed * costs.subgraphRequests;
  const subgraphCores = (subgraphRequestsPerSecond * costs.subgraphRequestMs * allowances.databaseFactor) / 1_000;
  const statementsPerSecond = requestsPerSecond * traffic.statementsPerRequest;
  const events = requestsPerSecond * traffic.writeShare * allowances.eventsPerWrite;
  return {
    gatewayCores,
    gatewayPods: podsFor(gatewayCores, allowances),
    subgraphRequestsPerSecond,
    subgraphCores,
    subgraphPods: podsFor(subgraphCores, allowances),
    statementsPerSecond,
    postgresServers: Math.ceil(statementsPerSecond / allowances.statementsPerServer / allowances.utilisation),
    shards: Math.max(2, Math.ceil(events / allowances.eventsPerRelay / allowances.utilisation)),
    redisBytes:
      traffic.keptAnswers * (costs.answerBytes + allowances.keyBytes) +
      traffic.keptEntities * (allowances.entityBytes + allowances.keyBytes),
    answerBytesPerSecond: requestsPerSecond * costs.answerBytes,
  };
}

/** Those that are left without one zone do all of the work. */
function podsFor(cores: number, { utilisation, zones }: Allowances): number {
  const needed = Math.max(2, Math.ceil(cores / utilisation));
  return zones > 1 ? Math.ceil((needed * zones) / (zones - 1)) : needed;
}

import { answerCaches } from './contenders/answer-caches.ts';
import type { Contender } from './contenders/contender.ts';
import { gateways } from './contenders/gateways.ts';
import { subgraphServers } from './contenders/subgraph-servers.ts';
import { answeredQueries, type BenchQuery, entityQueries, gatewayQueries } from './queries.ts';

/** Contenders that answer the same queries alike, and so can be compared. */
export interface BenchSection {
  readonly title: string;
  readonly contenders: readonly Contender[];
  readonly queries: readonly BenchQuery[];
  /** The contender that the others are compared with. */
  readonly yardstickId: string;
}

/** All that is measured. */
export const sections: readonly BenchSection[] = [
  {
    title: 'Gateways before the same subgraphs',
    contenders: gateways,
    queries: gatewayQueries,
    yardstickId: 'stock',
  },
  {
    title: 'Gateways that keep whole answers',
    contenders: answerCaches,
    queries: answeredQueries,
    yardstickId: 'bare',
  },
  {
    title: 'Servers of one subgraph, the catalog, its database left out',
    contenders: subgraphServers,
    queries: entityQueries,
    yardstickId: 'standalone',
  },
];

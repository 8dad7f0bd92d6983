import { ApolloGateway } from '@apollo/gateway';
import { prettyFormatQueryPlan } from '@apollo/query-planner';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { Logger } from '@tributary/runtime/logging/logger';
import { keepApolloTelemetryOff } from '../environment.ts';
import type { ExplainRecorder } from '../explain/explain-recorder.ts';
import { outlinePlan } from '../explain/plan-outline.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { queryPlannerConfig } from '../limits/query-planner-config.ts';
import type { SubgraphClient } from '../subgraph-fetch/subgraph-client.ts';
import { SubgraphDataSource } from './subgraph-data-source.ts';

/** What Apollo Server needs of a gateway. */
export type ServerGateway = ApolloServerOptionsWithGateway<GatewayContext>['gateway'];

export interface StockGatewaySource {
  supergraphSdl: string;
  clients: ReadonlyMap<string, SubgraphClient>;
  logger: Logger;
}

/** Apollo's planner and executor over our subgraph clients. It is loaded by the server that takes it. */
export function createApolloGateway(options: StockGatewaySource): ApolloGateway {
  keepApolloTelemetryOff();
  return new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    // Its information ("loaded schema") repeats what we log ourselves.
    logger: options.logger.child({}, { level: 'warn' }),
    // A supergraph that is wrong has to be found at the start, in production too.
    validateSupergraph: true,
    queryPlannerConfig,
    // Otherwise any caller gets the plan for a header; our explain extension asks who it is.
    __exposeQueryPlanExperimental: false,
    buildService({ name }) {
      const client = options.clients.get(name);
      if (!client) throw new Error(`there is no client for subgraph "${name}"`);
      return new SubgraphDataSource(client, options.logger);
    },
    experimental_didResolveQueryPlan({ queryPlan, requestContext }) {
      const explain: ExplainRecorder | undefined = requestContext.context['explain'];
      explain?.recordQueryPlan(prettyFormatQueryPlan(queryPlan), outlinePlan(queryPlan));
    },
  });
}

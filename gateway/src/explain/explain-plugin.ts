import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from '../gateway-context.ts';

/** Adds `extensions.explain` to the answers of requests that are explained. */
export function createExplainPlugin(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart({ contextValue: { explain } }) {
      if (!explain) return;
      return {
        async willSendResponse({ response: { body } }) {
          if (body.kind !== 'single') return;
          body.singleResult.extensions = { ...body.singleResult.extensions, explain: explain.explanation() };
        },
      };
    },
  };
}

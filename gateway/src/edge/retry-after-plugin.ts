import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from '../gateway-context.ts';
import { retryAfterOf } from './retry-after.ts';

/** Gives answers of Apollo Server the header that says when to come back for what is missing of them. */
export const retryAfterPlugin: ApolloServerPlugin<GatewayContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body, http } }) {
        if (body.kind !== 'single' || !body.singleResult.errors) return;
        for (const [name, value] of retryAfterOf(body.singleResult.errors)) http.headers.set(name, value);
      },
    };
  },
};

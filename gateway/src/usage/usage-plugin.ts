import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from '../gateway-context.ts';
import { CLIENT_NAME_HEADER } from '../persisted-operations/admission.ts';
import type { UsageBook } from './usage-book.ts';

/** Counts the operations that Apollo Server's pipeline lets in; it has to come before plugins that answer. */
export function createUsagePlugin(book: UsageBook): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ schema, document, request }) {
          const { operationName, http, variables = {} } = request;
          const asked = { schema, document, operationName: operationName ?? undefined };
          book.counterOf(asked, http?.headers.get(CLIENT_NAME_HEADER))?.count(() => variables);
          return null;
        },
      };
    },
  };
}

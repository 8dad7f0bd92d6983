import type { ApolloServerPlugin } from '@apollo/server';
import { errorCodes } from '@tributary/runtime/errors/error-codes';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from '../gateway-context.ts';

const CODE = 'OPERATION_RESOLUTION_FAILURE';

/**
 * Refuses a document of which no operation is selected. Apollo Server leaves that to its executor, and the gateway's takes it
 * for an internal error.
 */
export const operationSelectionPlugin: ApolloServerPlugin<GatewayContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, request: { operationName } }) {
        if (operation) return;
        const message = operationName
          ? `Unknown operation named "${operationName}".`
          : 'Must provide an operation name.';
        throw new GraphQLError(message, { extensions: { code: CODE, http: { status: errorCodes[CODE].httpStatus } } });
      },
    };
  },
};

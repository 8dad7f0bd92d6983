import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { type ErrorCode, errorCodes } from '@tributary/runtime/errors/error-codes';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { GatewayContext } from '../gateway-context.ts';

/**
 * Takes subscriptions out of Apollo Server's pipeline once they are validated and within every limit, and leaves them at the request
 * that they came by. One that came by a request which is not for a stream is refused.
 */
export const subscriptionPlugin: ApolloServerPlugin<GatewayContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, contextValue: { stream } }) {
        if (operation?.operation === OperationTypeNode.SUBSCRIPTION && !stream) {
          throw refusal('SUBSCRIPTION_NEEDS_EVENT_STREAM', 'Subscriptions are answered as text/event-stream');
        }
        if (operation?.operation === OperationTypeNode.MUTATION && stream && !stream.mayMutate) {
          throw refusal('METHOD_NOT_ALLOWED', 'A GET must not change anything');
        }
      },
      async responseForOperation({ schema, document, operation, operationName, request, contextValue }) {
        const { stream } = contextValue;
        if (!stream || operation.operation !== OperationTypeNode.SUBSCRIPTION) return null;
        const { variables = {} } = request;
        stream.asked = {
          schema,
          document,
          operationName: operationName ?? undefined,
          variables,
          context: contextValue,
          signal: stream.signal,
        };
        return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data: null } } };
      },
    };
  },
};

function refusal(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: errorCodes[code].httpStatus } } });
}

import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { GraphQLError } from 'graphql';
import { retryAfterHeaders } from '../edge/retry-after.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { asksForSchema } from '../planning/introspection-fields.ts';
import type { AdmitOperation } from './operation-admission.ts';
import { knowledgeOfCost } from './operation-charge.ts';

/** Admits the operations that pass Apollo Server's pipeline, and settles what they have cost. */
export function createAdmissionPlugin(admit: AdmitOperation): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          if (!operation || asksForSchema(document)) return;
          const { operationName, variables = {} } = request;
          const asked = {
            schema,
            document,
            operationName: operationName ?? undefined,
            variables,
            context: contextValue,
          };
          try {
            await admit(asked);
          } catch (error) {
            throw withStatus(error);
          }
        },
        async willSendResponse({ response: { body }, contextValue: { charge, explain, signal } }) {
          if (!charge || body.kind !== 'single') return;
          const { data, errors = [] } = body.singleResult;
          charge.settle(data === undefined ? 'unknown' : knowledgeOfCost(errors, signal));
          explain?.recordActualCost(charge.actual);
        },
      };
    },
  };
}

/** Apollo Server takes the status of a refusal from the error that it is thrown as. */
function withStatus(error: unknown): unknown {
  if (!(error instanceof CodedError)) return error;
  const headers = new HeaderMap(retryAfterHeaders(error));
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...error.extensions, http: { status: error.httpStatus, headers } },
  });
}

import type { ApolloServerPlugin } from '@apollo/server';
import { errorCodes } from '@tributary/runtime/errors/error-codes';
import type { Viewer, ViewerRole } from '@tributary/runtime/viewer/viewer';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from '../gateway-context.ts';
import { asksForSchema } from '../planning/introspection-fields.ts';

/** Who is told about the schema. */
export interface SchemaDetailsPolicy {
  isDevelopment: boolean;
  /** In production, these roles alone. */
  roles: readonly ViewerRole[];
}

/** The code that Apollo Server has for it where nobody may. */
const CODE = 'GRAPHQL_VALIDATION_FAILED';

/** graphql-js ends a message with what it would have understood. */
const SUGGESTION = / ?Did you mean .+\?$/s;

/**
 * Keeps the schema from callers who may not know it: introspection is refused, and messages lose their suggestions, with which names
 * can be guessed one after the other.
 */
export function createSchemaDetailsPlugin(policy: SchemaDetailsPolicy): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart({ contextValue: { viewer } }) {
      if (maySeeSchema(viewer, policy)) return;
      return {
        async didResolveOperation({ document }) {
          if (asksForSchema(document)) throw introspectionRefused();
        },
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single' && body.singleResult.errors) {
            body.singleResult.errors = body.singleResult.errors.map(withoutSuggestion);
          }
        },
      };
    },
  };
}

function maySeeSchema(viewer: Viewer | null, { isDevelopment, roles }: SchemaDetailsPolicy): boolean {
  return isDevelopment || (viewer !== null && roles.includes(viewer.role));
}

function introspectionRefused(): GraphQLError {
  return new GraphQLError('Introspection is not allowed for this viewer', {
    extensions: { code: CODE, http: { status: errorCodes[CODE].httpStatus } },
  });
}

function withoutSuggestion(error: GraphQLFormattedError): GraphQLFormattedError {
  return { ...error, message: error.message.replace(SUGGESTION, '') };
}

import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { UNCACHEABLE } from '../answer-policy/cache-hint.ts';
import { createErrorFormatter } from '../errors/format-error.ts';
import type { HttpResponse } from '../http/http-message.ts';
import type { Logger } from '../logging/logger.ts';
import { closedSchema } from './closed-schema.ts';
import { documentTokenLimit } from './document-token-limit.ts';
import type { AnswerExtras, GraphqlExecutor } from './graphql-executor.ts';

/** Executes with Apollo Server's pipeline. Apollo copies the context for each operation, so it has to be a plain object. */
export async function startApolloExecutor<Context extends object>(options: {
  schema: GraphQLSchema;
  isDevelopment: boolean;
  logger: Logger;
}): Promise<GraphqlExecutor<Context>> {
  const { schema, isDevelopment, logger } = options;
  const extrasByRequest = new WeakMap<HTTPGraphQLRequest, AnswerExtras>();
  const server = new ApolloServer<Context>({
    schema,
    introspection: true,
    validationRules: isDevelopment ? [] : [closedSchema],
    parseOptions: { maxTokens: documentTokenLimit },
    persistedQueries: false,
    formatError: createErrorFormatter(logger),
    includeStacktraceInErrorResponses: false,
    // The lifecycle stops servers, in order; Apollo's own signal handlers would stop this one first.
    stopOnTerminationSignals: false,
    logger,
    plugins: [
      addExtras(extrasByRequest),
      ApolloServerPluginCacheControl(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await server.start();

  return {
    async execute({ method, headers, search, body }, context, extras): Promise<HttpResponse> {
      const httpGraphQLRequest = { method, headers: new HeaderMap(headers), search, body };
      extrasByRequest.set(httpGraphQLRequest, extras);
      const response = await server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context });
      return {
        status: response.status ?? 200,
        headers: response.headers,
        body: response.body.kind === 'complete' ? response.body.string : response.body.asyncIterator,
      };
    },
    stop: () => server.stop(),
  };
}

/** Goes before Apollo's plugin for cache control, which makes the header of what the policy is by then. */
function addExtras<Context extends object>(
  extrasByRequest: WeakMap<HTTPGraphQLRequest, AnswerExtras>,
): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ request: { http } }) {
      const extras = http && extrasByRequest.get(http);
      if (!extras) return;
      return {
        async willSendResponse({ operation, overallCachePolicy, response: { body } }) {
          const isQuery = operation?.operation === OperationTypeNode.QUERY;
          const { maxAgeS: maxAge, scope } = isQuery ? extras.answerPolicy.hint : UNCACHEABLE;
          overallCachePolicy.restrict({ ...(maxAge !== undefined && { maxAge }), ...(scope && { scope }) });
          const extensions = extras.extensions();
          if (body.kind !== 'single' || !extensions) return;
          body.singleResult.extensions = { ...body.singleResult.extensions, ...extensions };
        },
      };
    },
  };
}

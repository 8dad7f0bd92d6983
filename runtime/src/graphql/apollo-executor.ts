import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import { createErrorFormatter } from '../errors/format-error.ts';
import type { HttpResponse } from '../http/http-message.ts';
import type { Logger } from '../logging/logger.ts';
import { closedSchema } from './closed-schema.ts';
import { documentTokenLimit } from './document-token-limit.ts';
import type { GraphqlExecutor } from './graphql-executor.ts';

type ExtensionsOf = () => Record<string, unknown> | undefined;

/** Executes with Apollo Server's pipeline. Apollo copies the context for each operation, so it has to be a plain object. */
export async function startApolloExecutor<Context extends object>(options: {
  schema: GraphQLSchema;
  isDevelopment: boolean;
  logger: Logger;
}): Promise<GraphqlExecutor<Context>> {
  const { schema, isDevelopment, logger } = options;
  const extensionsByRequest = new WeakMap<HTTPGraphQLRequest, ExtensionsOf>();
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
      addExtensions(extensionsByRequest),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await server.start();

  return {
    async execute({ method, headers, search, body }, context, extensionsOf): Promise<HttpResponse> {
      const httpGraphQLRequest = { method, headers: new HeaderMap(headers), search, body };
      extensionsByRequest.set(httpGraphQLRequest, extensionsOf);
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

function addExtensions<Context extends object>(
  extensionsByRequest: WeakMap<HTTPGraphQLRequest, ExtensionsOf>,
): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ request: { http } }) {
      const extensionsOf = http && extensionsByRequest.get(http);
      if (!extensionsOf) return;
      return {
        async willSendResponse({ response: { body } }) {
          const extensions = extensionsOf();
          if (body.kind !== 'single' || !extensions) return;
          body.singleResult.extensions = { ...body.singleResult.extensions, ...extensions };
        },
      };
    },
  };
}

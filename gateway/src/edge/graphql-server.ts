import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from '@tributary/runtime/logging/logger';
import { createExplainPlugin } from '../explain/explain-plugin.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { OperationLimits } from '../limits/operation-limits.ts';
import type { ApolloPersistedQueries } from '../persisted-operations/persisted-operations.ts';
import { rootConditionsPlugin } from '../subscriptions/root-conditions.ts';
import type { ServerGateway } from '../supergraph/apollo-gateway.ts';
import type { ErrorFormatter } from './format-error.ts';
import { operationRules } from './operation-rules.ts';
import { operationSelectionPlugin } from './operation-selection-plugin.ts';
import { createSchemaDetailsPlugin, type SchemaDetailsPolicy } from './schema-details-plugin.ts';
import { createValidatedDocuments } from './validated-documents.ts';

const VALIDATED_DOCUMENTS_BYTES = 16 * 1024 * 1024;

/**
 * Apollo Server as the edge uses it: parsing, validation and the answer's shape. It loads the gateway when it starts, and
 * reports nothing to anybody.
 */
export function createGraphqlServer(options: {
  gateway: ServerGateway;
  schemaDetails: SchemaDetailsPolicy;
  limits: OperationLimits;
  formatError: ErrorFormatter;
  /** Where texts of hashes are registered. */
  persistedQueries: ApolloPersistedQueries;
  /** Run besides those that every gateway has. */
  plugins: readonly ApolloServerPlugin<GatewayContext>[];
  logger: Logger;
}): ApolloServer<GatewayContext> {
  const { gateway, schemaDetails, limits, formatError, persistedQueries, plugins, logger } = options;
  return new ApolloServer<GatewayContext>({
    gateway,
    logger,
    // Who may have the schema is asked for each request, where somebody may.
    introspection: schemaDetails.isDevelopment || schemaDetails.roles.length > 0,
    includeStacktraceInErrorResponses: false,
    // The edge refuses cross-site requests before they come here, and lets bare URLs of programs pass.
    csrfPrevention: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    persistedQueries,
    documentStore: null,
    // The parser recurses and stops at its limit; all others are looked at once it has been through.
    parseOptions: limits.tokens.isEnforced ? { maxTokens: limits.tokens.maximum } : {},
    validationRules: [...operationRules(limits, logger)],
    formatError,
    plugins: [
      createValidatedDocuments(VALIDATED_DOCUMENTS_BYTES),
      ...plugins,
      operationSelectionPlugin,
      rootConditionsPlugin,
      createExplainPlugin(),
      createSchemaDetailsPlugin(schemaDetails),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}

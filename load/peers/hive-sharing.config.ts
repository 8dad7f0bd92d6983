import { defineConfig } from '@graphql-hive/gateway';

/** Identical requests under way are one: those of clients and those to subgraphs. */
export const gatewayConfig = defineConfig({
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: true } } },
  inboundInflightRequestDeduplication: true,
});

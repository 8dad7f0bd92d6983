import { defineConfig } from '@graphql-hive/gateway';

/** Every client's request does its own work; sharing identical fetches is otherwise on. */
export const gatewayConfig = defineConfig({
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },
  inboundInflightRequestDeduplication: false,
});

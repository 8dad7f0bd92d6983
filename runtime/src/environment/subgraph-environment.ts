import { z } from 'zod';
import type { SubgraphOptions } from './subgraph-options.ts';
import { integerVariable, portVariable, serviceVariables, signingKeysVariable } from './variables.ts';

/**
 * The variables that every subgraph has; a subgraph's own `environment.ts` adds to them.
 *
 * @param defaultPort where it listens when PORT is not set
 */
export function subgraphVariables(defaultPort: number) {
  return {
    ...serviceVariables,
    PORT: portVariable(defaultPort),
    TRIBUTARY_GATEWAY_KEYS: signingKeysVariable,
    TRIBUTARY_DATABASES_FILE: z.string().describe('JSON file with the URLs of the catalog and the shards'),
    DATABASE_POOL_SIZE: integerVariable({ min: 1, max: 100, default: 4 }).describe('connections per database and role'),
    DATABASE_FLEET_PROCESSES: integerVariable({ min: 1, max: 10_000, default: 6 }).describe(
      'processes with such pools, for the check against max_connections',
    ),
    DATABASE_STATEMENT_TIMEOUT_MS: integerVariable({ min: 1, max: 600_000, default: 10_000 }),
    DATABASE_CONNECTION_TIMEOUT_MS: integerVariable({ min: 1, max: 600_000, default: 3_000 }),
    DATABASE_MAX_REPLICA_LAG_MS: integerVariable({ min: 500, max: 600_000, default: 5_000 }).describe(
      'how far a replica may be behind before it gets no reads',
    ),
  };
}

/** How a subgraph serves, from its environment. */
export function subgraphServerOptions(environment: {
  HOST: string;
  PORT: number;
  NODE_ENV: 'development' | 'production' | 'test';
  TRIBUTARY_GATEWAY_KEYS: readonly string[];
}): Omit<SubgraphOptions, 'logger'> {
  return {
    host: environment.HOST,
    port: environment.PORT,
    signingKeys: environment.TRIBUTARY_GATEWAY_KEYS,
    isDevelopment: environment.NODE_ENV === 'development',
  };
}

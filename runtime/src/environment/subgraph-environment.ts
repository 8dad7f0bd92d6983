import { z } from 'zod';
import { tracingVariables } from '../tracing/tracing-variables.ts';
import { EnvironmentError } from './environment-error.ts';
import { gatewayKeySource, gatewayKeysVariables } from './gateway-keys-variables.ts';
import { queueVariables } from './queue-variables.ts';
import { fieldLimitVariables } from './rate-limit-variables.ts';
import type { SubgraphOptions } from './subgraph-options.ts';
import { certificateFiles, tlsVariables } from './tls-variables.ts';
import { integerVariable, portVariable, serviceVariables } from './variables.ts';

/**
 * The variables that every subgraph has; a subgraph's own `environment.ts` adds to them.
 *
 * @param defaultPort where it listens when PORT is not set
 */
export function subgraphVariables(defaultPort: number) {
  return {
    ...serviceVariables,
    PORT: portVariable(defaultPort),
    ...gatewayKeysVariables,
    ...tlsVariables,
    ...queueVariables,
    ...fieldLimitVariables,
    ...tracingVariables,
    TRIBUTARY_SIGNATURE_WINDOW_MS: integerVariable({ min: 1_000, max: 300_000, default: 30_000 }).describe(
      'how far the time at which a gateway signed a request may be from now, either way',
    ),
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

/**
 * How a subgraph serves, from its environment.
 *
 * @throws EnvironmentError unless gateway keys are named in one way
 */
export function subgraphServerOptions(
  environment: Pick<
    z.output<z.ZodObject<ReturnType<typeof subgraphVariables>>>,
    | 'HOST'
    | 'PORT'
    | 'NODE_ENV'
    | 'TRIBUTARY_STOP_NOTICE_MS'
    | 'TRIBUTARY_REQUEST_LOG_PER_S'
    | 'TRIBUTARY_SIGNATURE_WINDOW_MS'
    | keyof typeof gatewayKeysVariables
    | keyof typeof tlsVariables
  >,
): Omit<SubgraphOptions, 'logger'> {
  const signingKeys = gatewayKeySource(environment);
  if (signingKeys === undefined) {
    throw new EnvironmentError(['TRIBUTARY_GATEWAY_KEYS or TRIBUTARY_GATEWAY_KEYS_FILE: is required']);
  }
  return {
    host: environment.HOST,
    port: environment.PORT,
    signingKeys,
    signatureWindowMs: environment.TRIBUTARY_SIGNATURE_WINDOW_MS,
    certificate: certificateFiles(environment),
    stopNoticeMs: environment.TRIBUTARY_STOP_NOTICE_MS,
    requestLogPerSecond: environment.TRIBUTARY_REQUEST_LOG_PER_S,
    isDevelopment: environment.NODE_ENV === 'development',
  };
}

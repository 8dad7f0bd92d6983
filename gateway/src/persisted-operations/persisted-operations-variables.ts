import { resolve } from 'node:path';
import { integerVariable } from '@tributary/runtime/environment/variables';
import { z } from 'zod';
import { persistedOperationsModes } from './mode.ts';
import { defaultPersistedOperations, type PersistedOperationsOptions } from './persisted-operations.ts';

const HOUR_MS = 3_600_000;

/** What a gateway does about operations that are sent by hash or id. */
export const persistedOperationsVariables = {
  TRIBUTARY_PERSISTED_OPERATIONS: z
    .enum(persistedOperationsModes, `expected ${persistedOperationsModes.join(', ')}`)
    .default(defaultPersistedOperations.mode)
    .describe(
      'apq: clients register texts by hash; log-unknown: and what is not published is logged; safelist: only published operations; safelist-by-id-only: and only by id; off: only texts',
    ),
  TRIBUTARY_OPERATIONS_FILE: z
    .string()
    .optional()
    .describe('a manifest of published operations, which is followed, in place of those in Redis'),
  TRIBUTARY_PERSISTED_QUERY_TTL_H: integerVariable({
    min: 1,
    max: 8_760,
    default: defaultPersistedOperations.ttlMs / HOUR_MS,
  }).describe('hours for which the text of a hash is kept in Redis, from its last use'),
};

/** What the variables say. */
export function persistedOperationsOptions(
  environment: z.output<z.ZodObject<typeof persistedOperationsVariables>>,
): PersistedOperationsOptions {
  const { TRIBUTARY_OPERATIONS_FILE: file } = environment;
  return {
    mode: environment.TRIBUTARY_PERSISTED_OPERATIONS,
    file: file === undefined ? undefined : resolve(file),
    ttlMs: environment.TRIBUTARY_PERSISTED_QUERY_TTL_H * HOUR_MS,
  };
}

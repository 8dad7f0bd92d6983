import { resolve } from 'node:path';
import { z } from 'zod';
import { isLongEnough, keyMinimumBytes } from '../signature/gateway-key.ts';
import { type GatewayKeySource, splitKeys } from '../signature/gateway-keys.ts';
import { EnvironmentError } from './environment-error.ts';

/** Where the secrets are that gateway and subgraphs share. */
export const gatewayKeysVariables = {
  TRIBUTARY_GATEWAY_KEYS: z
    .string()
    .transform(splitKeys)
    .refine(
      (keys) => keys.length > 0 && keys.every(isLongEnough),
      `expected secrets of at least ${keyMinimumBytes} bytes each`,
    )
    .optional()
    .describe('comma-separated secrets shared by the gateway and the subgraphs; the first signs, all verify'),
  TRIBUTARY_GATEWAY_KEYS_FILE: z
    .string()
    .optional()
    .describe('a file with them instead, one a line, which is followed as it changes'),
};

/**
 * Where the keys come from; `undefined` when neither variable is set.
 *
 * @throws EnvironmentError when both are
 */
export function gatewayKeySource(
  environment: z.output<z.ZodObject<typeof gatewayKeysVariables>>,
): GatewayKeySource | undefined {
  const { TRIBUTARY_GATEWAY_KEYS: keys, TRIBUTARY_GATEWAY_KEYS_FILE: file } = environment;
  if (keys !== undefined && file !== undefined) {
    throw new EnvironmentError(['TRIBUTARY_GATEWAY_KEYS and TRIBUTARY_GATEWAY_KEYS_FILE: only one of them can be set']);
  }
  return file === undefined ? keys : { file: resolve(file) };
}

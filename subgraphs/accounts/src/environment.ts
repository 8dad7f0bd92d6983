import { cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { subgraphVariables } from '@tributary/runtime/environment/subgraph-environment';
import { listVariable } from '@tributary/runtime/environment/variables';
import { z } from 'zod';

const variables = z.object({
  ...subgraphVariables(4001),
  ...cacheVariables,
  TRIBUTARY_JWT_PRIVATE_KEY_FILE: listVariable
    .pipe(z.tuple([z.string()], z.string()))
    .describe('comma-separated PEM files with Ed25519 keys: the first signs access tokens, all are published'),
  TRIBUTARY_JWT_ISSUER: z.string().describe('the `iss` of access tokens, the same as the gateway expects'),
  TRIBUTARY_JWT_AUDIENCE: z.string().describe('the `aud` of access tokens, the same as the gateway expects'),
});

/**
 * The configuration of this process, from the environment.
 *
 * @throws EnvironmentError that names every variable that is wrong
 */
export function readEnvironment(env = process.env) {
  return parseEnvironment(variables, env);
}

import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { subgraphVariables } from '@tributary/runtime/environment/subgraph-environment';
import { z } from 'zod';

const variables = z.object({
  ...subgraphVariables(4001),
  TRIBUTARY_JWT_PRIVATE_KEY_FILE: z
    .string()
    .describe('PEM file with the Ed25519 key that signs access tokens; the gateway needs its public key'),
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

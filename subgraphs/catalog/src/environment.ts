import { cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { subgraphVariables } from '@tributary/runtime/environment/subgraph-environment';
import { integerVariable } from '@tributary/runtime/environment/variables';
import { z } from 'zod';

const variables = z.object({
  ...subgraphVariables(4002),
  ...cacheVariables,
  TRIBUTARY_VIEW_FLUSH_INTERVAL_MS: integerVariable({ min: 50, max: 600_000, default: 5_000 }).describe(
    'how often views of products are written to the databases: what a crash of the process can lose, where they gather in it',
  ),
});

/**
 * The configuration of this process, from the environment.
 *
 * @throws EnvironmentError that names every variable that is wrong
 */
export function readEnvironment(env = process.env) {
  return parseEnvironment(variables, env);
}

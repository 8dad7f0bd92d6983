import { cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { subgraphVariables } from '@tributary/runtime/environment/subgraph-environment';
import { integerVariable } from '@tributary/runtime/environment/variables';
import { viewerEventsVariables } from '@tributary/runtime/environment/viewer-events-variables';
import { z } from 'zod';

const variables = z.object({
  ...subgraphVariables(4004),
  ...cacheVariables,
  ...viewerEventsVariables,
  TRIBUTARY_PENDING_ORDER_LIMIT_S: integerVariable({ min: 1, max: 86_400, default: 900 }).describe(
    'how long an order may be PENDING before it is rejected; longer than the broker may be away',
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

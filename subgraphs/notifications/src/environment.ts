import { cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { subgraphVariables } from '@tributary/runtime/environment/subgraph-environment';
import { viewerEventsVariables } from '@tributary/runtime/environment/viewer-events-variables';
import { z } from 'zod';
import { webhookVariables } from './deliveries/webhook-variables.ts';

const variables = z.object({
  ...subgraphVariables(4006),
  ...webhookVariables,
  ...cacheVariables,
  ...viewerEventsVariables,
});

/**
 * The configuration of this process, from the environment.
 *
 * @throws EnvironmentError that names every variable that is wrong
 */
export function readEnvironment(env = process.env) {
  return parseEnvironment(variables, env);
}

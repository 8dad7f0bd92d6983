import { integerVariable } from '@tributary/runtime/environment/variables';

/** What is counted of the schema's use. */
export const usageVariables = {
  TRIBUTARY_USAGE_DAYS: integerVariable({ min: 0, max: 365, default: 30 }).describe(
    'for how many days the Redis of TRIBUTARY_CACHE_URL keeps which client used which parts of the schema; 0 counts nothing',
  ),
};

import { integerVariable } from '@tributary/runtime/environment/variables';

/** The variable that says how long clients see what they wrote whichever replica they ask. */
export const sessionVariables = {
  TRIBUTARY_SESSION_TTL_MS: integerVariable({ min: 0, max: 600_000, default: 10_000 }).describe(
    'how long a client that wrote is shown nothing older, by the token x-tributary-session: longer than replicas may lag; 0 gives none',
  ),
};

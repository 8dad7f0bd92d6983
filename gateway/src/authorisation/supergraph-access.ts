import { StartError } from '@tributary/runtime/lifecycle/start-error';
import type { AccessRules } from './access-rules.ts';
import type { AuthorisationOptions } from './authoriser.ts';

/** Who may see what in a supergraph, and how that is enforced. */
export interface SupergraphAccess {
  readonly rules: AccessRules;
  readonly options: AuthorisationOptions;
}

/**
 * What there is to enforce in a supergraph; `undefined` where it protects nothing.
 * @param options `off` where nothing is enforced
 * @throws StartError when the supergraph protects something and nothing is enforced
 */
export function supergraphAccess(
  rules: AccessRules | undefined,
  options: AuthorisationOptions | 'off',
): SupergraphAccess | undefined {
  if (!rules) return undefined;
  if (options !== 'off') return { rules, options };
  throw new StartError(
    'the supergraph says who may see its fields, and nothing would enforce that (TRIBUTARY_AUTHORISATION=off or TRIBUTARY_EXECUTOR=stock)',
  );
}

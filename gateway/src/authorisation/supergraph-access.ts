import { StartError } from '@tributary/runtime/lifecycle/start-error';
import type { DocumentNode } from 'graphql';
import type { AccessRules } from './access-rules.ts';
import type { AuthorisationOptions } from './authoriser.ts';
import { readProtectedSupergraph } from './protected-supergraph.ts';

/** Who may see what in a supergraph, and how that is enforced. */
export interface SupergraphAccess {
  readonly rules: AccessRules;
  readonly options: AuthorisationOptions;
}

/**
 * What there is to enforce in a supergraph (`undefined` where it protects nothing), and the supergraph without it, as text and parsed.
 * @param options `off` where nothing is enforced
 * @throws StartError when the supergraph protects something and nothing is enforced; Error when it is not understood
 */
export function readSupergraphAccess(
  supergraphSdl: string,
  options: AuthorisationOptions | 'off',
): { sdl: string; document: DocumentNode; access: SupergraphAccess | undefined } {
  const { rules, ...supergraph } = readProtectedSupergraph(supergraphSdl);
  if (!rules) return { ...supergraph, access: undefined };
  if (options !== 'off') return { ...supergraph, access: { rules, options } };
  throw new StartError(
    'the supergraph says who may see its fields, and nothing would enforce that (TRIBUTARY_AUTHORISATION=off or TRIBUTARY_EXECUTOR=stock)',
  );
}

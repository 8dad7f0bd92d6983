import { encodeId } from '@tributary/prisma/ids/typed-id';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { SubgraphRoute } from '@tributary/runtime/graphql/subgraph-route';
import { jsonResponse } from '@tributary/runtime/http/http-message';
import type { AccessTokenSigner } from './access-token.ts';
import type { EndedSessions } from './ended-sessions.ts';

/** Who verifies access tokens may keep the keys for so long. */
const KEYS_CACHE_CONTROL = 'public, max-age=300';

/**
 * What those who verify access tokens need besides them, outside of the graph: the keys, for everybody, and the sessions that
 * ended before their tokens, for the gateway. `?within=<ms>` asks for those alone that became known within so long.
 */
export function createSessionRoutes({
  accessTokens,
  endedSessions,
}: {
  accessTokens: Pick<AccessTokenSigner, 'publicKeys'>;
  endedSessions: EndedSessions;
}): Record<string, SubgraphRoute> {
  return {
    '/.well-known/jwks.json': {
      isPublic: true,
      GET: () => jsonResponse(200, { keys: accessTokens.publicKeys }, [['cache-control', KEYS_CACHE_CONTROL]]),
    },
    '/revocations': {
      isPublic: false,
      async GET({ search }) {
        const ended = await endedSessions.read(readWithin(search));
        const revoked = ended.map(({ id, untilMs }) => ({ sessionId: encodeId('session', id), untilMs }));
        return jsonResponse(200, { revoked });
      },
    },
  };
}

function readWithin(search: string): number | undefined {
  const text = new URLSearchParams(search).get('within');
  if (text === null) return undefined;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new CodedError('BAD_REQUEST', '`within` has to be a whole number of milliseconds');
}

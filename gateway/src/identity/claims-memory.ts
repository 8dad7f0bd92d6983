import { encodeCaller, type VouchedCaller } from '@tributary/runtime/signature/vouched-caller';
import type { Viewer } from '@tributary/runtime/viewer/viewer';

interface Remembered {
  readonly isExplained: boolean;
  readonly clientAddress: string | undefined;
  readonly claims: string;
}

/**
 * Encodes callers for subgraphs as `encodeCaller` does, and keeps the last text of each viewer for as long as the viewer itself is kept:
 * a front end sends the same token from the same address with every request. An idempotency key is another one each time.
 */
export function createClaimsMemory(): (caller: VouchedCaller) => string {
  const lastOf = new WeakMap<Viewer, Remembered>();

  return (caller) => {
    const { viewer, isExplained, clientAddress, idempotencyKey } = caller;
    if (viewer === null || idempotencyKey !== undefined) return encodeCaller(caller);
    const last = lastOf.get(viewer);
    if (last?.isExplained === isExplained && last.clientAddress === clientAddress) return last.claims;
    const claims = encodeCaller(caller);
    lastOf.set(viewer, { isExplained, clientAddress, claims });
    return claims;
  };
}

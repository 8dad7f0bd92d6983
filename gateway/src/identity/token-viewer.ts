import { encodeCaller, type VouchedCaller } from '@tributary/runtime/signature/vouched-caller';
import type { Viewer, ViewerRole } from '@tributary/runtime/viewer/viewer';

/** What a caller was last vouched for as, besides the viewer. */
interface LastVouched {
  readonly isExplained: boolean;
  readonly clientAddress: string | undefined;
  readonly claims: string;
}

/**
 * The viewer of an access token. It has at hand what was last said of it to a subgraph: a front end sends the same token from
 * the same address with every request, and a table beside would have to be fetched from memory for each.
 */
export class TokenViewer implements Viewer {
  readonly userId: string;
  readonly role: ViewerRole;
  readonly sessionId: string;
  readonly scopes: readonly string[];
  #last: LastVouched | undefined;

  constructor({ userId, role, sessionId, scopes }: Viewer) {
    this.userId = userId;
    this.role = role;
    this.sessionId = sessionId;
    this.scopes = scopes;
  }

  /** The text of the viewer header for requests of this viewer. */
  claimsOf({ isExplained, clientAddress, idempotencyKey }: Omit<VouchedCaller, 'viewer'>): string {
    // Each is another one.
    if (idempotencyKey !== undefined) {
      return encodeCaller({ viewer: this, isExplained, clientAddress, idempotencyKey });
    }
    const last = this.#last;
    if (last?.isExplained === isExplained && last.clientAddress === clientAddress) return last.claims;
    const claims = encodeCaller({ viewer: this, isExplained, clientAddress });
    this.#last = { isExplained, clientAddress, claims };
    return claims;
  }
}

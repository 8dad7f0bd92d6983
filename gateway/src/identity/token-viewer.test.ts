import { describe, expect, it } from '@jest/globals';
import { decodeCaller } from '@tributary/runtime/signature/vouched-caller';
import { TokenViewer } from './token-viewer.ts';

function viewerWith(sessionId: string): TokenViewer {
  return new TokenViewer({ userId: 'usr_1', role: 'CUSTOMER', sessionId, scopes: ['orders:read'] });
}

describe('the claims of a viewer', () => {
  it('always say what is so now, whatever was said of the same viewer before', () => {
    const viewers = [viewerWith('ses_1'), viewerWith('ses_2')];
    const callers = viewers.flatMap((viewer) =>
      ['192.0.2.1', undefined, '192.0.2.2'].flatMap((clientAddress) =>
        [false, true, false].map((isExplained) => ({ viewer, isExplained, clientAddress })),
      ),
    );
    for (const caller of [...callers, ...callers.toReversed()]) {
      expect(decodeCaller(caller.viewer.claimsOf(caller))).toEqual(caller);
    }
  });

  it('have the idempotency key of the request that they are for, and of no other', () => {
    const viewer = viewerWith('ses_1');
    const keys = [undefined, 'first', 'second', undefined];
    const read = keys.map((idempotencyKey) => decodeCaller(viewer.claimsOf({ isExplained: false, idempotencyKey })));
    expect(read.map(({ idempotencyKey }) => idempotencyKey)).toEqual(keys);
  });

  it('are encoded once while a viewer comes from the same place', () => {
    const viewer = viewerWith('ses_1');
    let readings = 0;
    Object.defineProperty(viewer, 'userId', {
      get() {
        readings += 1;
        return 'usr_1';
      },
    });
    const caller = { isExplained: false, clientAddress: '192.0.2.1' };
    expect(viewer.claimsOf(caller)).toBe(viewer.claimsOf(caller));
    expect(readings).toBe(1);
  });
});

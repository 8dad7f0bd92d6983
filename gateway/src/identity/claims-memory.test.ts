import { describe, expect, it } from '@jest/globals';
import { decodeCaller } from '@tributary/runtime/signature/vouched-caller';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { createClaimsMemory } from './claims-memory.ts';

function viewerWith(sessionId: string): Viewer {
  return { userId: 'usr_1', role: 'CUSTOMER', sessionId, scopes: ['orders:read'] };
}

describe('the claims of a caller', () => {
  it('always say what is so now, whatever was said of the same viewer before', () => {
    const claimsOf = createClaimsMemory();
    const viewers = [null, viewerWith('ses_1'), viewerWith('ses_2')];
    const callers = viewers.flatMap((viewer) =>
      ['192.0.2.1', undefined, '192.0.2.2'].flatMap((clientAddress) =>
        [false, true, false].map((isExplained) => ({ viewer, isExplained, clientAddress })),
      ),
    );
    for (const caller of [...callers, ...callers.toReversed()]) expect(decodeCaller(claimsOf(caller))).toEqual(caller);
  });

  it('have the idempotency key of the request that they are for, and of no other', () => {
    const claimsOf = createClaimsMemory();
    const viewer = viewerWith('ses_1');
    const keys = [undefined, 'first', 'second', undefined];
    const read = keys.map((idempotencyKey) => decodeCaller(claimsOf({ viewer, isExplained: false, idempotencyKey })));
    expect(read.map(({ idempotencyKey }) => idempotencyKey)).toEqual(keys);
  });

  it('are encoded once while a viewer comes from the same place', () => {
    const claimsOf = createClaimsMemory();
    let readings = 0;
    const viewer = Object.defineProperty(viewerWith('ses_1'), 'userId', {
      get() {
        readings += 1;
        return 'usr_1';
      },
    });
    const caller = { viewer, isExplained: false, clientAddress: '192.0.2.1' };
    expect(claimsOf(caller)).toBe(claimsOf(caller));
    expect(readings).toBe(1);
  });
});

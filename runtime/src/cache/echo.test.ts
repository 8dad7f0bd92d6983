import { describe, expect, it } from '@jest/globals';
import { systemClock } from './clock.ts';
import type { Invalidation } from './coordination.ts';
import { Echo } from './echo.ts';

/** A channel whose messages arrive when the test says so. */
function makeChannel() {
  const sent: Invalidation[] = [];
  let isAway = false;
  const echo = new Echo(
    {
      invalidate: async (invalidation) => {
        if (isAway) throw new Error('the server is away');
        sent.push(invalidation);
      },
    },
    systemClock,
  );
  const deliver = () => {
    for (const { tags } of sent.splice(0)) echo.hear(tags);
  };
  return { echo, deliver, goAway: () => (isAway = true) };
}

describe('Echo', () => {
  it('has caught up when its own message is heard, and not before', async () => {
    const { echo, deliver } = makeChannel();
    let hasEnded = false;
    const call = echo.call().finally(() => (hasEnded = true));
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    deliver();
    expect(await call).toBe(true);
  });

  it('does not take the message of an earlier call for that of a later one', async () => {
    const { echo, deliver } = makeChannel();
    const first = echo.call();
    await new Promise(setImmediate);
    deliver();
    expect(await first).toBe(true);
    let hasEnded = false;
    const second = echo.call().finally(() => (hasEnded = true));
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    deliver();
    expect(await second).toBe(true);
  });

  it('says so when nobody can be told', async () => {
    const { echo, goAway } = makeChannel();
    goAway();
    expect(await echo.call()).toBe(false);
  });

  it('says so when the message does not come back in time, and hears a later one again', async () => {
    const { echo, deliver } = makeChannel();
    expect(await echo.call()).toBe(false);
    // It was only late.
    deliver();
    const next = echo.call();
    await new Promise(setImmediate);
    deliver();
    expect(await next).toBe(true);
  });

  it('has caught up after a gap, for all that was missed is taken as said', async () => {
    const { echo } = makeChannel();
    const call = echo.call();
    echo.hearGap();
    expect(await call).toBe(true);
  });
});

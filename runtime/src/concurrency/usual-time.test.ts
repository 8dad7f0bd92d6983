import { expect, it } from '@jest/globals';
import { UsualTime } from './usual-time.ts';

it('is not for minutes what it was while all was slow, as after a start', () => {
  const usual = new UsualTime();
  for (let window = 0; window < 300; window += 1) usual.learn(100, { isCrowded: false });
  for (let window = 0; window < 30; window += 1) usual.learn(10, { isCrowded: false });

  expect(usual.ms).toBeLessThan(25);
});

import { describe, expect, it } from '@jest/globals';
import { Lanes } from './lanes.ts';

describe('lanes', () => {
  it('keep the order of each key while others go on', async () => {
    const lanes = new Lanes<string>();
    const ended: string[] = [];
    const gate = Promise.withResolvers<void>();
    lanes.run('held', async () => {
      await gate.promise;
      ended.push('held 1');
    });
    lanes.run('held', async () => void ended.push('held 2'));
    lanes.run('free', async () => void ended.push('free 1'));
    await new Promise(setImmediate);
    expect(ended).toEqual(['free 1']);
    gate.resolve();
    await lanes.settled();
    expect(ended).toEqual(['free 1', 'held 1', 'held 2']);
  });
});

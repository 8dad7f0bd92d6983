import { describe, expect, it } from '@jest/globals';
import { findOnPath } from './system-host.ts';

describe('findOnPath', () => {
  it('answers the absolute path of a program', async () => {
    expect(await findOnPath('sh')).toMatch(/^\/.*\/sh$/);
  });

  it('answers nothing for a program that is not there, and for a command that only shells know', async () => {
    expect(await findOnPath('no-such-server')).toBeUndefined();
    expect(await findOnPath('export')).toBeUndefined();
  });

  it('takes a name for nothing but a name', async () => {
    expect(await findOnPath('$(echo sh)')).toBeUndefined();
  });
});

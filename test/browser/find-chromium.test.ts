import { expect, it, jest } from '@jest/globals';
import { LocalStackError } from '@tributary/local-stack/local-stack-error';
import { findChromium } from './find-chromium.ts';

const missing = new LocalStackError('SYSTEM_SERVER_MISSING', 'chromium is not on the PATH');
const find = () => Promise.reject(missing);

it('lets nothing be skipped where it is required, as on CI', async () => {
  await expect(findChromium({ isRequired: true, find })).rejects.toBe(missing);
});

it('says elsewhere what is skipped, and why', async () => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(await findChromium({ isRequired: false, find })).toBeUndefined();
    expect(write.mock.calls).toEqual([['The browser tests are skipped. chromium is not on the PATH\n']]);
  } finally {
    write.mockRestore();
  }
});

import { describe, expect, it } from '@jest/globals';
import { explainDeniedAccess } from './access-denied.ts';

describe('explainDeniedAccess', () => {
  it.each(['EACCES', 'EPERM', 'EROFS'])('names the file and says what to do about %s', (code) => {
    const error = Object.assign(new Error(`${code}: no`), { code, path: '/data/keys', syscall: 'mkdir' });
    expect(explainDeniedAccess(error)).toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(new RegExp(`/data/keys \\(${code}\\).*--data`)),
      cause: error,
    });
  });

  it('leaves other errors as they are', () => {
    const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT', path: '/data/keys' });
    const port = Object.assign(new Error('EACCES'), { code: 'EACCES', port: 80 });
    expect([missing, port, 'text'].map(explainDeniedAccess)).toEqual([missing, port, 'text']);
  });
});

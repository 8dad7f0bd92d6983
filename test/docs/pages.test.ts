import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errorCodes } from '@tributary/runtime/errors/error-codes';
import { makePages } from './pages.ts';

const pages = await makePages();

describe('the pages that are made from the sources', () => {
  it.each(pages.map(({ path, text }) => ({ name: basename(path), path, text })))(
    '$name is as `npm run docs` makes it',
    async ({ path, text }) => {
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  it('say of every error code what it means and what to do, in a row of its own', () => {
    const errors = pages.find(({ path }) => path.endsWith('errors.md'));
    const rows = errors?.text.match(/^\| `[A-Z_]+` \| \d{3} \| \S.* \| \S.* \|$/gm);
    expect(rows).toHaveLength(Object.keys(errorCodes).length);
  });
});

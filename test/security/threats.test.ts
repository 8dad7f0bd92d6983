import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const PAGE = resolve(import.meta.dirname, '../../SECURITY.md');

/** A test that the page names: `[file](path) "name", "another name"`. */
interface NamedTest {
  readonly threat: string;
  readonly path: string;
  readonly name: string;
}

const text = await readFile(PAGE, 'utf8');
const section = /^## Threats\n([\s\S]*?)\n## /m.exec(text)?.[1] ?? '';
const rows = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| threat '));

const namedTests = rows.flatMap((row): NamedTest[] => {
  const [threat = '', , holders = ''] = row.slice('| '.length).split(' | ');
  return Array.from(holders.matchAll(/\[[^\]]+\]\(([^)]+)\)((?:,? "[^"]+")+)/g)).flatMap(([, path = '', names = '']) =>
    Array.from(names.matchAll(/"([^"]+)"/g), ([, name = '']) => ({ threat, path, name })),
  );
});

/** Whether a test or a group of tests has that title in a source. */
function hasTitle(source: string, name: string): boolean {
  return [`'${name}'`, `"${name}"`, `'${name.replaceAll("'", "\\'")}'`].some((title) => source.includes(title));
}

describe('the threat model', () => {
  it('names at least one test for every threat', () => {
    expect(rows.length).toBeGreaterThan(20);
    const held = new Set(namedTests.map(({ threat }) => threat));
    expect(rows.filter((row) => ![...held].some((threat) => row.startsWith(`| ${threat} |`)))).toEqual([]);
  });

  it.each(namedTests)('is right that $path has "$name"', async ({ path, name }) => {
    expect(hasTitle(await readFile(resolve(dirname(PAGE), path), 'utf8'), name)).toBe(true);
  });
});

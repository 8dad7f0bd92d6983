import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { makePages } from './pages.ts';

const HELP = `Usage: npm run docs

Writes the pages of docs/ that are made from the sources. A test fails while one of them is stale.

Exit codes: 0 done, 1 failed, 2 wrong usage.`;

if (isHelpWanted()) console.log(HELP);
else await writePages();

async function writePages(): Promise<void> {
  for (const { path, text } of await makePages()) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    console.log(`wrote ${relative(process.cwd(), path)}`);
  }
}

function isHelpWanted(): boolean {
  try {
    return parseArgs({ options: { help: { type: 'boolean' } } }).values.help === true;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

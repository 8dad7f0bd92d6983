import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { runPlainCommand } from '../kit/plain-command.ts';
import { makePages } from './pages.ts';

const HELP = `Usage: npm run docs

Writes the pages of docs/ that are made from the sources. A test fails while one of them is stale.

Exit codes: 0 done, 1 failed, 2 wrong usage.`;

await runPlainCommand(HELP, async () => {
  for (const { path, text } of await makePages()) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    console.log(`wrote ${relative(process.cwd(), path)}`);
  }
  return 0;
});

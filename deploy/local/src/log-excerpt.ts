import { readFile, rename } from 'node:fs/promises';
import { systemCodeOf } from './local-stack-error.ts';

const EXCERPT_LINES = 15;

/** Puts the log of the run before aside as `<file>.previous`, so that a log is about one run and can't grow for ever. */
export async function rotateLog(file: string): Promise<void> {
  await rename(file, `${file}.previous`).catch((error: unknown) => {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  });
}

/** The last lines of a log, indented, under its name: the end of an error message. */
export async function excerptOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-EXCERPT_LINES);
  return text.trim() === ''
    ? `(${file} is empty)`
    : [`${file} ends with:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

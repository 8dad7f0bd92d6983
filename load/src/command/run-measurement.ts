import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stopAll } from '../bench/processes/child-process.ts';

/** What a measurement came to. */
export interface Findings {
  /** The report for people, Markdown. */
  readonly report: string;
  /** Whatever is not as it was promised, a line each; empty when all is. */
  readonly flaws: readonly string[];
}

/** What shells say of a process that a signal ended: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Interruption = keyof typeof EXIT_CODES;
const INTERRUPTIONS: readonly Interruption[] = ['SIGINT', 'SIGTERM'];

/**
 * A measuring command from its parsed options to its end: writes the report to `file`, prints it and its flaws, and sets the exit code
 * of the process: 1 when there are flaws or nothing could be measured. When it is interrupted it stops what it has started first.
 */
export async function runMeasurement(file: string, measure: () => Promise<Findings>): Promise<void> {
  const interruptions = INTERRUPTIONS.map((signal) => ({ signal, onSignal: () => void giveUp(signal) }));
  for (const { signal, onSignal } of interruptions) process.once(signal, onSignal);
  try {
    const { report, flaws } = await measure();
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, report);
    console.log(`\n${report}`);
    for (const flaw of flaws) console.error(flaw);
    if (flaws.length > 0) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    for (const { signal, onSignal } of interruptions) process.removeListener(signal, onSignal);
  }
}

async function giveUp(signal: Interruption): Promise<void> {
  console.error(`${signal}: stopping what is measured`);
  await stopAll();
  process.exit(EXIT_CODES[signal]);
}

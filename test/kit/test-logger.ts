import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, type Logger, type LogLevel, logLevels } from '@tributary/runtime/logging/logger';

/** Name of the variable that tells the workers of jest where to keep what is logged. */
export const TEST_LOGS_DIRECTORY = 'TRIBUTARY_TEST_LOGS_DIRECTORY';

/**
 * A logger for what runs in a test. It prints lines of its level and above; a file of the run gets every line down to `trace`, in which
 * the reporter of secrets looks for them.
 */
export function createTestLogger({ service, level }: { service: string; level: LogLevel }): Logger {
  const printed = new Set<string>(logLevels.slice(logLevels.indexOf(level)));
  return createLogger(
    { service, level: 'trace' },
    {
      write(line) {
        keepTestLog(line);
        if (printed.has(levelOf(line))) process.stdout.write(line);
      },
    },
  );
}

/** Keeps what a process of a test has written with what is logged. */
export function keepTestLog(text: string | Uint8Array): void {
  const directory = process.env[TEST_LOGS_DIRECTORY];
  if (directory !== undefined) appendFileSync(join(directory, `${process.pid}.log`), text);
}

function levelOf(line: string): string {
  return /^\{"level":"(\w+)"/.exec(line)?.[1] ?? '';
}

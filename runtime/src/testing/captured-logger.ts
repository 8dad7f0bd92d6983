import { createLogger, type Logger } from '../logging/logger.ts';

/** A logger whose lines a test can read. */
export function createCapturedLogger(): { logger: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write(text: string): void {
      const line: Record<string, unknown> = JSON.parse(text);
      lines.push(line);
    },
  };
  return { logger: createLogger({ service: 'test', level: 'trace' }, destination), lines };
}

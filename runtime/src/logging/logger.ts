import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { currentWork } from '../request/request-work.ts';
import { traceFields } from '../tracing/trace-fields.ts';
import { keepLineCounts } from './line-counts.ts';

/** A pino logger. */
export type Logger = PinoLogger;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const secretNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-tributary-viewer',
  'x-tributary-signature',
  'password',
  'passwordHash',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  'privateKey',
  'signingKey',
  'signingKeys',
  'connectionString',
];

/** A count that appears with the first line shows no increase. */
const countedFromTheBeginning: readonly string[] = ['info', 'warn', 'error', 'fatal'];

/** pino redacts by path, so each name is listed for every depth that our log lines have. */
const secretPaths = secretNames.flatMap((name) => ['', '*', '*.*', '*.*.*'].map((parent) => `${parent}["${name}"]`));

/**
 * A logger that writes one JSON object a line, with the level as a word and the time as ISO text, and never the value of a
 * field that is named like a secret. What is logged on behalf of a traced request says which trace that is.
 *
 * @param destination default: stdout, written synchronously so that the last line before an exit is not lost
 */
export function createLogger(
  options: { service: string; level: LogLevel },
  destination: DestinationStream = pino.destination({ fd: 1, sync: true }),
): Logger {
  const lines = new Map(countedFromTheBeginning.map((level) => [level, 0]));
  const count = (level: number): void => {
    const label = pino.levels.labels[level] ?? 'other';
    lines.set(label, (lines.get(label) ?? 0) + 1);
  };
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      mixin: (_, level) => {
        count(level);
        return { ...traceFields(currentWork()?.trace) };
      },
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretPaths, censor: '[redacted]' },
    },
    destination,
  );
  keepLineCounts(logger, lines);
  return logger;
}

import { z } from 'zod';
import { logLevels } from '../logging/logger.ts';
import { metricsVariables } from './metrics-variables.ts';

/** A TCP port; 0 lets the system choose one. */
export function portVariable(defaultPort: number) {
  return integerVariable({ min: 0, max: 65_535, default: defaultPort }).describe('TCP port, 0 for any free one');
}

/** A whole number within bounds. */
export function integerVariable(bounds: { min: number; max: number; default: number }) {
  const message = `expected a whole number from ${bounds.min} to ${bounds.max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= bounds.min && value <= bounds.max, message)
    .default(bounds.default);
}

/** A comma-separated list; spaces around entries and empty entries are dropped. */
export const listVariable = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

/** The variables that every service has. */
export const serviceVariables = {
  TRIBUTARY_STOP_NOTICE_MS: integerVariable({ min: 0, max: 60_000, default: 500 }).describe(
    'how long a service that is told to stop still serves, and says in each answer and to probes that it is about to go',
  ),
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'expected development, production or test')
    .default('production'),
  TRIBUTARY_REQUEST_LOG_PER_S: integerVariable({ min: 0, max: 1_000_000, default: 0 }).describe(
    'most requests a second of which there is a line in the log, and as many that failed; 0: there is none',
  ),
  LOG_LEVEL: z.enum(logLevels, `expected one of ${logLevels.join(', ')}`).default('info'),
  ...metricsVariables,
};

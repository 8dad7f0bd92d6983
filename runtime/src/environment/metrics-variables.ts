import { z } from 'zod';

const PORT_MESSAGE = 'expected a whole number from 0 to 65535';

/** The variables by which every service is told where it is to serve its metrics. */
export const metricsVariables = {
  TRIBUTARY_METRICS_PORT: z
    .string()
    .regex(/^\d{1,5}$/, PORT_MESSAGE)
    .transform(Number)
    .refine((port) => port <= 65_535, PORT_MESSAGE)
    .optional()
    .describe('TCP port of /metrics, 0 for any free one; nothing is measured unless it is set'),
  TRIBUTARY_METRICS_HOST: z.string().default('127.0.0.1').describe('address that /metrics listens on'),
};

/** Where metrics are served. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** @returns `undefined` where nothing is to be measured */
export function metricsAddress(environment: {
  readonly TRIBUTARY_METRICS_PORT?: number | undefined;
  readonly TRIBUTARY_METRICS_HOST: string;
}): MetricsAddress | undefined {
  const { TRIBUTARY_METRICS_PORT: port, TRIBUTARY_METRICS_HOST: host } = environment;
  return port === undefined ? undefined : { host, port };
}

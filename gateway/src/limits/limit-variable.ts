import { z } from 'zod';
import type { Limit } from './operation-limits.ts';

/** No limit can be set higher: a document of a megabyte, which is as long as a body may be, has fewer tokens. */
const HIGHEST_MAXIMUM = 1_000_000;

/** A limit as a variable has it: `200`, or `measure:200` to log what exceeds it and refuse nothing. */
export function limitVariable(standard: Limit, meaning: string) {
  const message = `expected a whole number from 1 to ${HIGHEST_MAXIMUM}, perhaps after "measure:"`;
  return z
    .string()
    .regex(/^(measure:)?[1-9]\d{0,6}$/, message)
    .transform((text): Limit => {
      const [number = '', mode] = text.split(':').reverse();
      return { maximum: Number(number), isEnforced: mode === undefined };
    })
    .refine(({ maximum }) => maximum <= HIGHEST_MAXIMUM, message)
    .default(standard)
    .describe(`${meaning} (${standard.maximum})`);
}

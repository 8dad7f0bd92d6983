import { z } from 'zod';

/** How often one client sent one operation on the days that were read, and what that uses. */
const clientUseSchema = z.object({
  client: z.string(),
  name: z.string(),
  /** Tells the operation from others of its name. */
  hash: z.string(),
  requests: z.number(),
  /** The last day on which there was one, as `2026-11-23`. */
  lastDay: z.string(),
  coordinates: z.array(z.string()),
  /** Enums and input types of its variables. */
  variableTypes: z.array(z.string()),
  /** Requests whose variables were looked at, and in how many of them each coordinate was. */
  samples: z.number(),
  values: z.record(z.string(), z.number()),
});
export type ClientUse = z.output<typeof clientUseSchema>;

/** What gateways have counted: which clients use what of the schema. */
export const usageSchema = z.object({
  /** How many days were asked for, and on how many of them anything was counted. */
  days: z.number(),
  countedDays: z.number(),
  requests: z.number(),
  /** Requests among them of which is not known what they used: there were too many to tell them apart. */
  untold: z.number(),
  /** Whether all values that were found in variables are known. */
  hasAllValues: z.boolean(),
  /** The most used first. */
  uses: z.array(clientUseSchema),
});
export type Usage = z.output<typeof usageSchema>;

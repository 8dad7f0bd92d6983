import { z } from 'zod';
import { EventMismatchError } from './event-mismatch-error.ts';

/**
 * The payload, as the schema has it.
 *
 * @param complaint what the error begins with
 * @throws EventMismatchError naming every field that does not fit
 */
export function parsePayload<Payload>(schema: z.ZodType<Payload>, payload: unknown, complaint: string): Payload {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new EventMismatchError(`${complaint}:\n${z.prettifyError(parsed.error)}`);
}

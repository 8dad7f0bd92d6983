import type { ZodType } from 'zod';

/**
 * Reads what is said on a channel. Another release may speak on it, or somebody who has nothing to do with it: a message that
 * can't be read may have said what matters, so it counts as missed, and never throws into the connection that brought it.
 *
 * @param told.onUnreadable to be treated as a gap
 * @returns what to call with each message
 */
export function readMessages<T>(
  schema: ZodType<T>,
  told: { onMessage(message: T): void; onUnreadable(error: Error): void },
): (text: string) => void {
  return (text) => {
    const message = parse(schema, text);
    if (message instanceof Error) told.onUnreadable(message);
    else told.onMessage(message);
  };
}

function parse<T>(schema: ZodType<T>, text: string): T | Error {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    return new Error('a message about invalidations cannot be read, and counts as missed', { cause });
  }
}

import type { z } from 'zod';
import type { EventEnvelope } from './event-envelope.ts';
import { EventMismatchError } from './event-mismatch-error.ts';
import { parsePayload } from './parse-payload.ts';

/** What somebody needs to find in an event. */
export interface ExpectedEvent<Payload> {
  readonly name: string;
  readonly version: number;
  readonly schema: z.ZodType<Payload>;
  /**
   * The payload of a consumed event.
   *
   * @throws EventMismatchError when the event is another one, of another version, or its payload does not fit
   */
  parse(event: Pick<EventEnvelope, 'id' | 'name' | 'version' | 'payload'>): Payload;
}

/** @param needs.schema the fields that are read, and no others: those may come and go */
export function expectEvent<Payload>(
  name: string,
  { version, schema }: { readonly version: number; readonly schema: z.ZodType<Payload> },
): ExpectedEvent<Payload> {
  return {
    name,
    version,
    schema,
    parse(event) {
      if (event.name !== name || event.version !== version) {
        throw new EventMismatchError(
          `Event ${event.id} is ${event.name} version ${event.version}, not ${name} version ${version}`,
        );
      }
      return parsePayload(
        schema,
        event.payload,
        `The payload of event ${event.id} does not fit ${name} version ${version}`,
      );
    },
  };
}

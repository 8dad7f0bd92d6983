import { z } from 'zod';
import type { EventEnvelope } from './event-envelope.ts';
import type { JsonObject } from './json-value.ts';

/** The contract of one event, which stands beside its publisher. */
export interface EventDefinition<Payload extends JsonObject> {
  readonly name: string;
  readonly version: number;
  readonly sample: Payload;
  /**
   * The payload of a consumed event.
   *
   * @throws EventMismatchError when the event is another one, of another version, or its payload does not fit
   */
  parse(event: Pick<EventEnvelope, 'id' | 'name' | 'version' | 'payload'>): Payload;
}

/** An event does not fit its definition. Repeating its handling cannot help. */
export class EventMismatchError extends Error {
  override readonly name = 'EventMismatchError';
}

/**
 * Defines an event.
 *
 * @param definition.schema of plain JSON: ids travel in their typed text form, times as ISO text
 * @param definition.sample a believable payload for documentation and consumers' tests
 * @throws EventMismatchError when the sample does not fit the schema, so a wrong one never gets past the first import
 */
export function defineEvent<Payload extends JsonObject>(definition: {
  name: string;
  version: number;
  schema: z.ZodType<Payload, Payload>;
  sample: Payload;
}): EventDefinition<Payload> {
  const { name, version, schema, sample } = definition;

  function check(payload: unknown, what: string): Payload {
    const parsed = schema.safeParse(payload);
    if (parsed.success) return parsed.data;
    throw new EventMismatchError(`${what} does not fit ${name} version ${version}:\n${z.prettifyError(parsed.error)}`);
  }

  return {
    name,
    version,
    sample: check(sample, 'The sample'),
    parse(event) {
      if (event.name !== name || event.version !== version) {
        throw new EventMismatchError(
          `Event ${event.id} is ${event.name} version ${event.version}, not ${name} version ${version}`,
        );
      }
      return check(event.payload, `The payload of event ${event.id}`);
    },
  };
}

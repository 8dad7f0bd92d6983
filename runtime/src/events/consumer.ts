import type { z } from 'zod';
import { type ExpectedEvent, expectEvent } from './expected-event.ts';

/** What one consumer needs of the events of others. `Payloads` has a member for each event, by its name. */
export interface Consumer<Payloads> {
  /** The queue that its processes share, and the name in its inbox. */
  readonly queue: string;
  readonly events: { readonly [Name in keyof Payloads]: ExpectedEvent<Payloads[Name]> };
}

/**
 * Declares a consumer. The declaration stands in a file `consumed-events.ts`, where a test finds it and holds it against what
 * is published.
 */
export function defineConsumer<Payloads>({
  queue,
  events,
}: {
  queue: string;
  events: {
    readonly [Name in keyof Payloads]: { readonly version: number; readonly schema: z.ZodType<Payloads[Name]> };
  };
}): Consumer<Payloads> {
  const names = Object.keys(events) as (keyof Payloads & string)[];
  const expected = Object.fromEntries(names.map((name) => [name, expectEvent(name, events[name])]));
  return { queue, events: expected as Consumer<Payloads>['events'] };
}

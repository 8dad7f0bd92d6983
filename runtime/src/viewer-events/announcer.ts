import type { EventEnvelope } from '../events/event-envelope.ts';
import { DependencyUnavailableError } from '../queue/dependency-unavailable-error.ts';
import { RETENTION_MS, type ViewerEvent, type ViewerEvents } from './viewer-events.ts';

/** What a viewer is told because of an event of the queue, and the row that it is about, which has to be there to be read. */
export type Announcement = Pick<ViewerEvent, 'name' | 'viewerId' | 'payload'> & { readonly about: bigint };

/** Tells a viewer of an event of the queue. */
export type Announce = (event: EventEnvelope, announcement: Announcement) => Promise<void>;

export interface AnnouncerOptions {
  readonly databases: {
    /** The name of the database that an id's row is in. */
    databaseNameOf(id: bigint): string;
    /** How far a database's primary has written its log, in bytes. */
    positionOf(database: string): Promise<number>;
  };
  readonly viewerEvents: ViewerEvents;
}

/**
 * Tells viewers of events as they come. An event that comes twice is told once, so whoever consumes it keeps no inbox; one that comes
 * after so long that nobody could read on from before it is told no more.
 */
export function createAnnouncer({ databases, viewerEvents }: AnnouncerOptions): Announce {
  return async ({ id, occurredAt }, { about, ...told }) => {
    if (Date.now() - occurredAt.getTime() > RETENTION_MS) return;
    // What the event tells of was committed before it came: it is in the log up to here.
    const database = databases.databaseNameOf(about);
    const positions = { [database]: await databases.positionOf(database) };
    await viewerEvents.publish({ ...told, id: String(id), positions }).catch((cause: unknown) => {
      throw new DependencyUnavailableError('viewers cannot be told of events at the moment', { cause });
    });
  };
}

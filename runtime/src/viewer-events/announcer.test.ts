import { describe, expect, it } from '@jest/globals';
import { createMemoryViewerEvents } from '../testing/memory-viewer-events.ts';
import { createAnnouncer } from './announcer.ts';
import { RETENTION_MS } from './viewer-events.ts';

const databases = { databaseNameOf: () => 'shard_1', positionOf: async () => 4096 };
const announcement = { name: 'OrderStatusChanged', viewerId: 'usr_1', payload: { id: 'ord_1' }, about: 7n };
const eventAt = (occurredAt: Date) => ({
  id: 12n,
  name: 'OrderConfirmed',
  version: 1,
  aggregateId: 7n,
  payload: {},
  occurredAt,
});

async function announced(occurredAt: Date, times = 1) {
  const viewerEvents = createMemoryViewerEvents();
  const { position } = await viewerEvents.read('usr_1', undefined);
  const announce = createAnnouncer({ databases, viewerEvents });
  for (let time = 0; time < times; time++) await announce(eventAt(occurredAt), announcement);
  return (await viewerEvents.read('usr_1', position)).events.map(({ event }) => event);
}

describe('announcing', () => {
  it('tells the viewer what happened, and how far the database was that holds it', async () => {
    const { about: _, ...told } = announcement;
    expect(await announced(new Date())).toEqual([{ ...told, id: '12', positions: { shard_1: 4096 } }]);
  });

  it('tells an event once, however often it comes', async () => {
    expect(await announced(new Date(), 3)).toHaveLength(1);
  });

  it('leaves out what happened so long ago that nobody reads on from before it', async () => {
    expect(await announced(new Date(Date.now() - RETENTION_MS - 1))).toEqual([]);
  });
});

import type { OutboxDatabases } from './outbox-relay.ts';

/** Where a relay looks that serves a producer whose events are all written to the catalog: nowhere else. */
export function catalogOutboxOf(databases: OutboxDatabases): OutboxDatabases {
  return {
    catalog: () => databases.catalog(),
    allShards: () => [],
    primaryUrlOf: (name) => databases.primaryUrlOf(name),
  };
}

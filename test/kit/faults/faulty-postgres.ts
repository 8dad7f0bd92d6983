import type { PostgresServer } from '@tributary/local-stack/postgres/postgres-server';
import type { FaultTarget } from './fault-target.ts';

/** A Postgres server, all processes of which are harmed at once. It comes back on the data it had. */
export function faultyPostgres(name: string, server: PostgresServer): FaultTarget {
  return {
    name,
    port: server.port,
    kill: () => server.kill(),
    start: () => server.start(),
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
}

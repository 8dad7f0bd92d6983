import { expect, it } from '@jest/globals';
import { demandByServer } from './connection-budget.ts';

const at = (port: number, database: string) => `postgres://app@db.example.com:${port}/${database}`;

it('a process needs, of each server, the pools of all databases there and the connections beside them', () => {
  const config = {
    catalog: { primary: at(5001, 'catalog'), replicas: [at(5002, 'catalog'), at(5003, 'catalog')] },
    shards: {
      shard_0: { primary: at(5001, 'shard_0'), replicas: [at(5002, 'shard_0')] },
      shard_1: { primary: 'postgres://app@other.example.com/shard_1', replicas: [] },
    },
  };
  const demands = demandByServer({ config, poolSize: 4 });
  expect([...demands].map(([server, { databases, connections }]) => ({ server, databases, connections }))).toEqual([
    // catalog: 4 + probe + listeners of outbox, queue and shard map; shard_0: 4 + probe + listener of the outbox. A replica may be
    // promoted, so the same.
    { server: 'db.example.com:5001', databases: 2, connections: 14 },
    { server: 'db.example.com:5002', databases: 2, connections: 14 },
    { server: 'db.example.com:5003', databases: 1, connections: 8 },
    { server: 'other.example.com:5432', databases: 1, connections: 6 },
  ]);
});

/** What happens to the databases of a process while it runs: for its log and its metrics. */
export type DatabaseEvent =
  | { kind: 'waiting-for-catalog'; reason: string }
  | { kind: 'node-up'; database: string; role: 'primary' | 'replica'; node: string }
  | { kind: 'node-down'; database: string; role: 'primary' | 'replica'; node: string; reason: string }
  | { kind: 'primary-found'; database: string; node: string; timeline: number }
  | { kind: 'primary-lost'; database: string; node: string }
  | { kind: 'server-not-checked'; server: string; reason: string }
  | { kind: 'shard-map-changed'; version: number }
  | { kind: 'shard-map-not-followed'; reason: string };

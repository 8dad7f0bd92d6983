import { describe, expect, it } from '@jest/globals';
import { createEventLog } from './service-databases.ts';

describe('createEventLog', () => {
  it('tells that a server is up only after it was down', () => {
    const lines: string[] = [];
    const log = createEventLog({
      info: (_, message) => lines.push(`info ${message}`),
      warn: (_, message) => lines.push(`warn ${message}`),
    });
    const where = { database: 'shard_0', role: 'replica', node: '127.0.0.1:5441' } as const;
    log({ kind: 'node-up', ...where });
    log({ kind: 'node-down', ...where, reason: 'connection refused' });
    log({ kind: 'node-up', ...where });
    log({ kind: 'node-up', ...where });
    expect(lines).toEqual(['warn a database server is down', 'info a database server is back']);
  });

  it('tells at most every 10 s that the shard map cannot be followed', () => {
    const lines: string[] = [];
    let nowMs = 0;
    const log = createEventLog(
      { info: (_, message) => lines.push(message), warn: (_, message) => lines.push(message) },
      () => nowMs,
    );
    for (; nowMs < 20_000; nowMs += 2_000) log({ kind: 'shard-map-not-followed', reason: 'unreachable' });
    expect(lines).toHaveLength(2);
  });
});

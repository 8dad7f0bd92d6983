import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ShardMap } from './shard-map.ts';
import { ShardMapError } from './shard-map-error.ts';

describe('a shard map', () => {
  it('finds the database of every logical shard', () => {
    const map = ShardMap.parse(3, [
      { from: 512, to: 1022, database: 'shard_1' },
      { from: 0, to: 511, database: 'shard_0' },
    ]);
    expect([0, 511, 512, 1022].map((shard) => map.databaseOf(shard))).toEqual([
      'shard_0',
      'shard_0',
      'shard_1',
      'shard_1',
    ]);
    expect(map.version).toBe(3);
    expect(map.databaseNames()).toEqual(['shard_0', 'shard_1']);
    expect(map.logicalShardsOf('shard_1')).toHaveLength(511);
    expect(map.logicalShardsOf('shard_9')).toEqual([]);
  });

  it('knows nothing of the shard of the catalog', () => {
    const map = ShardMap.spreadEvenly(['shard_0']);
    expect(() => map.databaseOf(1023)).toThrow(RangeError);
    expect(() => map.withMoved([1023], 'shard_1')).toThrow(RangeError);
  });

  it('lists every gap and every overlap at once', () => {
    const ranges = [
      { from: 1, to: 99, database: 'shard_0' },
      { from: 90, to: 400, database: 'shard_1' },
      { from: 402, to: 1000, database: 'shard_2' },
    ];
    expect(() => ShardMap.parse(7, ranges)).toThrow(
      new ShardMapError(
        'shard map 7: logical shard 0 is mapped nowhere; logical shards 90 to 99 are mapped twice; ' +
          'logical shard 401 is mapped nowhere; logical shards 1001 to 1022 are mapped nowhere',
      ),
    );
  });

  it.each([
    ['no list', { from: 0, to: 1022, database: 'shard_0' }],
    ['an empty list', []],
    ['a range beyond the shards of users', [{ from: 0, to: 1023, database: 'shard_0' }]],
    [
      'a range that ends before it starts',
      [
        { from: 10, to: 5, database: 'a' },
        { from: 0, to: 1022, database: 'b' },
      ],
    ],
    ['a range without a database', [{ from: 0, to: 1022 }]],
  ])('is refused when it is %s', (_, ranges) => {
    expect(() => ShardMap.parse(1, ranges)).toThrow(ShardMapError);
  });

  it('spreads the logical shards evenly over any number of databases', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), (count) => {
        const names = Array.from({ length: count }, (_, index) => `shard_${index}`);
        const map = ShardMap.spreadEvenly(names);
        const sizes = names.map((name) => map.logicalShardsOf(name).length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(map.databaseNames()).toEqual(names);
      }),
    );
    expect(() => ShardMap.spreadEvenly([])).toThrow(ShardMapError);
  });

  it('moves exactly the shards it is told to, and survives being stored', () => {
    const moved = fc.uniqueArray(fc.integer({ min: 0, max: 1022 }), { maxLength: 40 });
    fc.assert(
      fc.property(moved, (shards) => {
        const before = ShardMap.spreadEvenly(['shard_0', 'shard_1']);
        const after = before.withMoved(shards, 'shard_2');
        const stored = ShardMap.parse(after.version, JSON.parse(JSON.stringify(after.ranges)));
        expect(stored.version).toBe(2);
        for (let shard = 0; shard <= 1022; shard += 1) {
          expect(stored.databaseOf(shard)).toBe(shards.includes(shard) ? 'shard_2' : before.databaseOf(shard));
        }
      }),
    );
  });
});

import { expect, it } from '@jest/globals';
import { type TimelineDatabase, TimelineExchange } from './timeline-exchange.ts';

/** A database that keeps what it is told in a table, and may be away. */
class FakeDatabase implements TimelineDatabase {
  readonly name: string;
  readonly table = new Map<string, number>();
  isAway = false;
  writes = 0;
  #timeline: number;

  constructor(name: string, timeline: number) {
    this.name = name;
    this.#timeline = timeline;
  }

  timeline(): number {
    return this.#timeline;
  }

  noteTimeline(timeline: number): void {
    this.#timeline = Math.max(timeline, this.#timeline);
  }

  async readQuietly(): Promise<unknown[][]> {
    if (this.isAway) throw new Error('away');
    return [...this.table];
  }

  async writeQuietly(sql: string): Promise<void> {
    if (this.isAway) throw new Error('away');
    this.writes += 1;
    const [, about = '', told] = /VALUES \('(\w+)', (\d+)\)/.exec(sql) ?? [];
    this.table.set(about, Math.max(Number(told), this.table.get(about) ?? 0));
  }
}

const database = (name: string, timeline: number) => new FakeDatabase(name, timeline);

/** Runs an exchange until it has told everybody once. */
async function exchangeUntil(exchange: TimelineExchange, isDone: () => boolean): Promise<void> {
  exchange.start();
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
  exchange.stop();
}

it('what one process met, another one hears from any database that is not the one it is about', async () => {
  const [catalog, shard] = [database('catalog', 1), database('shard_0', 3)];
  await exchangeUntil(new TimelineExchange(() => [catalog, shard]), () => catalog.writes > 0);
  expect([...catalog.table]).toEqual([['shard_0', 3]]);

  const elsewhere = database('shard_0', 1);
  await new TimelineExchange(() => [catalog, elsewhere]).ask();
  expect(elsewhere.timeline()).toBe(3);
});

it('databases that were never promoted are not spoken of, and each promotion once', async () => {
  const all = [database('catalog', 1), database('shard_0', 1), database('shard_1', 2)];
  const exchange = new TimelineExchange(() => all);
  const writes = () => all.map((each) => each.writes);
  await exchangeUntil(exchange, () => writes().join() === '1,1,0');
  await exchangeUntil(exchange, () => true);
  expect(writes()).toEqual([1, 1, 0]);
});

it('a database that is away is passed over, and nothing known is forgotten for it', async () => {
  const [catalog, shard] = [database('catalog', 1), database('shard_0', 2)];
  catalog.isAway = true;
  await new TimelineExchange(() => [catalog, shard]).ask();
  expect([catalog.timeline(), shard.timeline()]).toEqual([1, 2]);
});

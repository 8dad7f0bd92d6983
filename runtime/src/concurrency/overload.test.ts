import { describe, expect, it } from '@jest/globals';
import { ConcurrencyLimit, type Ticket } from './concurrency-limit.ts';

/** What one run came to. */
interface Outcome {
  /** Of those let in. */
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly refused: number;
}

interface Work {
  readonly ticket: Ticket;
  readonly dueAtMs: number;
  leftMs: number;
}

/**
 * Two processors that all requests under way share, 4 ms each more or less, so that 500 a second can be done, and none faster for being
 * more. Requests come at random; to refuse one takes some time, too; and now and then one of the processors is busy with something else.
 * Time and chance are the simulation's.
 */
class Server {
  static readonly PER_SECOND = 500;
  nowMs = 0;
  readonly limit = new ConcurrencyLimit({ nowMs: () => this.nowMs });
  readonly #random = randomNumbers(42);
  #underWay: Work[] = [];
  #owedMs = 0;

  run(perSecond: number, forMs: number): Outcome {
    const tookMs: number[] = [];
    const refusedBefore = this.limit.refused;
    let nextMs = this.nowMs;
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs += 1) {
      for (; nextMs <= this.nowMs; nextMs += (-Math.log(1 - this.#random()) * 1_000) / perSecond) this.#arrive(nextMs);
      for (const { ticket, dueAtMs } of this.#workOneMs()) {
        tookMs.push(this.nowMs + 1 - dueAtMs);
        this.limit.leave(ticket);
      }
    }
    tookMs.sort((left, right) => left - right);
    return {
      perSecond: (tookMs.length * 1_000) / forMs,
      p99Ms: tookMs[Math.floor(tookMs.length * 0.99)] ?? 0,
      refused: this.limit.refused - refusedBefore,
    };
  }

  #arrive(dueAtMs: number): void {
    const ticket = this.limit.tryEnter();
    if (ticket) this.#underWay.push({ ticket, dueAtMs, leftMs: 2 + 4 * this.#random() });
    else this.#owedMs += 0.05;
  }

  #workOneMs(): Work[] {
    const isDisturbed = this.nowMs % 200 < 20;
    const processors = (isDisturbed ? 1 : 2) - this.#owedMs;
    this.#owedMs = 0;
    const share = Math.min(1, processors / this.#underWay.length);
    for (const work of this.#underWay) work.leftMs -= share;
    const done = this.#underWay.filter(({ leftMs }) => leftMs <= 0);
    if (done.length > 0) this.#underWay = this.#underWay.filter(({ leftMs }) => leftMs > 0);
    return done;
  }
}

/** From 0 up to 1, the same each time. @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a server that is offered three times what it can do', () => {
  const server = new Server();
  server.run(0.5 * Server.PER_SECOND, 5_000);
  const most = [0.8, 1, 1.2, 1.5].map((share) => server.run(share * Server.PER_SECOND, 5_000).perSecond);
  const peak = Math.max(...most);
  server.run(0.7 * Server.PER_SECOND, 2_000);
  const normal = server.run(0.7 * Server.PER_SECOND, 10_000);
  const overload = server.run(3 * Server.PER_SECOND, 60_000);
  const firstSecond = server.run(0.7 * Server.PER_SECOND, 1_000);
  const after = server.run(0.7 * Server.PER_SECOND, 10_000);

  it('still does nine tenths of the most that it ever did', () => {
    expect(peak).toBeGreaterThan(0.9 * Server.PER_SECOND);
    expect(overload.perSecond).toBeGreaterThan(0.9 * peak);
  });

  it('keeps nobody waiting more than three times as long as usual, the first included', () => {
    expect(overload.p99Ms).toBeLessThan(3 * normal.p99Ms);
  });

  it('lets everybody in again within a second', () => {
    expect([firstSecond.refused < 30, after.refused]).toEqual([true, 0]);
    expect(after.p99Ms).toBeLessThan(1.5 * normal.p99Ms);
  });

  it('refuses nobody for a disturbance before', () => {
    expect(normal.refused).toBe(0);
  });
});

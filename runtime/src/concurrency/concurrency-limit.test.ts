import { describe, expect, it } from '@jest/globals';
import { ConcurrencyLimit, type ConcurrencyLimitOptions, type Ticket } from './concurrency-limit.ts';

/**
 * A server that does `capacity` requests at once in 10 ms each, and more of them in proportionally more time, under an offered load;
 * time is the simulation's.
 */
class Simulation {
  nowMs = 0;
  admitted = 0;
  readonly limit: ConcurrencyLimit;
  readonly #capacity: number;
  #underWay: { ticket: Ticket; leavesAtMs: number }[] = [];
  #offered = 0;

  constructor(capacity: number, options: ConcurrencyLimitOptions = {}) {
    this.#capacity = capacity;
    this.limit = new ConcurrencyLimit({ ...options, nowMs: () => this.nowMs });
  }

  /** Offers so many requests a millisecond for so long; returns how long those that were let in took, by the millisecond of their end. */
  run(perMs: number, forMs: number): number[] {
    const tookMs: number[] = [];
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs += 1) {
      for (this.#offered += perMs; this.#offered >= 1; this.#offered -= 1) this.#arrive();
      const left = this.#underWay.filter(({ leavesAtMs }) => leavesAtMs <= this.nowMs);
      this.#underWay = this.#underWay.filter(({ leavesAtMs }) => leavesAtMs > this.nowMs);
      for (const { ticket } of left) {
        tookMs.push(this.nowMs - ticket.enteredAtMs);
        this.limit.leave(ticket);
      }
    }
    return tookMs;
  }

  #arrive(): void {
    const ticket = this.limit.tryEnter();
    if (!ticket) return;
    this.admitted += 1;
    const crowding = Math.max(1, this.#underWay.length / this.#capacity);
    this.#underWay.push({ ticket, leavesAtMs: this.nowMs + 10 * crowding });
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('a limit of what is under way', () => {
  it('refuses nothing while there is room', () => {
    const server = new Simulation(50);
    server.run(3, 20_000);

    expect(server.limit.refused).toBe(0);
  });

  it('lets in about what can be done, and no slower, however long three times as much is offered', () => {
    const server = new Simulation(50);
    server.run(4, 10_000);
    server.run(15, 10_000);
    const admittedBefore = server.admitted;
    const tookMs = server.run(15, 120_000);

    // The server does 5 requests a millisecond.
    expect((server.admitted - admittedBefore) / 120_000).toBeGreaterThan(4.5);
    expect(mean(tookMs)).toBeLessThan(25);
  });

  it('lets in whatever comes as soon as the load is over', () => {
    const server = new Simulation(50);
    server.run(4, 10_000);
    server.run(15, 60_000);
    server.run(4, 1_000);
    const refusedBefore = server.limit.refused;
    server.run(4, 10_000);

    expect(server.limit.refused).toBe(refusedBefore);
  });

  it('comes back to where it was, so that many may come at once', () => {
    const server = new Simulation(20, { initial: 100 });
    server.run(1, 10_000);
    server.run(15, 30_000);
    expect(server.limit.limit).toBeLessThan(60);
    server.run(1, 10_000);

    expect(server.limit.limit).toBe(100);
  });

  it('unlearns how slow everything was at a start', () => {
    const server = new Simulation(50);
    server.run(20, 200);
    server.run(4, 20_000);
    const tookMs = server.run(15, 60_000);

    expect(mean(tookMs)).toBeLessThan(25);
  });

  it('leaves room for the others when some wait for what hangs, until there are too many in all, and again when they are gone', () => {
    const server = new Simulation(50);
    server.run(2, 10_000);
    const hang = () =>
      Array.from({ length: 1_200 }, () => {
        const ticket = server.limit.tryEnter();
        server.run(2, 10);
        return ticket;
      }).filter((ticket) => ticket !== undefined);

    for (let times = 0; times < 2; times += 1) {
      const hanging = hang();
      expect(hanging.length).toBeGreaterThan(900);
      expect(hanging.length).toBeLessThanOrEqual(1_000);
      for (const ticket of hanging) server.limit.leave(ticket);
    }
  });

  it('lets many in at once though its limit is lower, unless a crowd stays', () => {
    const server = new Simulation(20, { initial: 100 });
    server.run(1, 10_000);
    server.run(15, 30_000);
    server.run(1, 500);
    expect(server.limit.limit).toBeLessThan(60);

    expect(Array.from({ length: 70 }, () => server.limit.tryEnter())).not.toContain(undefined);
  });

  it('never goes below what keeps the processors busy, nor above what memory is there for', () => {
    const server = new Simulation(1, { least: 8, most: 120 });
    server.run(20, 30_000);
    expect(server.limit.limit).toBeGreaterThanOrEqual(8);
    const fast = new Simulation(100_000, { most: 120 });
    fast.run(50, 30_000);

    expect(fast.limit.limit).toBeLessThanOrEqual(120);
  });
});

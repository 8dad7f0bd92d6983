import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConcurrencyLimit, type Ticket } from './concurrency-limit.ts';

const USUAL_MS = 10;
const CROWD = 200;

/** As many clients as are said want something all the time, which takes as long as is said; time is the test's. */
class Clients {
  nowMs = 0;
  readonly limit = new ConcurrencyLimit({ nowMs: () => this.nowMs });
  #underWay: { ticket: Ticket; leavesAtMs: number }[] = [];
  #entered = 0;

  /** @param tookMs of the request of a number, from 0 */
  ask(count: number, forMs: number, tookMs: (index: number) => number): void {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs += 1) {
      const [left, staying] = [this.#due(true), this.#due(false)];
      for (const { ticket } of left) this.limit.leave(ticket);
      this.#underWay = staying;
      while (this.#underWay.length < count) {
        const ticket = this.limit.tryEnter();
        if (!ticket) break;
        this.#underWay.push({ ticket, leavesAtMs: this.nowMs + tookMs(this.#entered++) });
      }
    }
  }

  /** Of those that were let in, how many are not answered yet. */
  get underWay(): number {
    return this.#underWay.length;
  }

  #due(isDue: boolean) {
    return this.#underWay.filter(({ leavesAtMs }) => leavesAtMs <= this.nowMs === isDue);
  }
}

let clients: Clients;

beforeEach(() => {
  clients = new Clients();
  clients.ask(20, 5_000, () => USUAL_MS);
  expect(clients.limit.limit).toBe(100);
});

describe('the limit, while more is asked for than is let in', () => {
  it('does not fall while requests take less than twice as long as usual', () => {
    clients.ask(CROWD, 3_000, () => 1.9 * USUAL_MS);

    expect(clients.limit.limit).toBeGreaterThan(100);
  });

  it('falls to where they would, by degrees, while they take somewhat longer', () => {
    clients.ask(CROWD, 600, () => 2.5 * USUAL_MS);
    expect(clients.limit.limit).toBeGreaterThan(80);
    clients.ask(CROWD, 10_000, () => 2.5 * USUAL_MS);

    // Of 20, 4 are the queue that is always let in, and 16 are four fifths of them: as many as twice is of two and a half times.
    expect(Math.abs(clients.limit.limit - 20)).toBeLessThanOrEqual(2);
  });

  it('is halved each tenth of a second while they take more than four times as long', () => {
    clients.ask(CROWD, 100, () => 5 * USUAL_MS);
    expect(clients.limit.limit).toBe(100);
    clients.ask(CROWD, 200, () => 5 * USUAL_MS);

    expect(clients.limit.limit).toBe(25);
  });

  it('does not fall below 16, which keep every processor busy', () => {
    clients.ask(CROWD, 5_000, () => 20 * USUAL_MS);

    expect(clients.limit.limit).toBe(16);
  });

  it('does not fall for the one in eleven that is slow anyway', () => {
    clients.ask(CROWD, 3_000, (index) => (index % 11 === 0 ? 6.3 * USUAL_MS : USUAL_MS));

    expect(clients.limit.limit).toBeGreaterThan(100);
  });

  it('falls for a queue that one in nine stands in', () => {
    clients.ask(CROWD, 3_000, (index) => (index % 9 === 0 ? 6.3 * USUAL_MS : USUAL_MS));

    expect(clients.limit.limit).toBeLessThan(50);
  });

  it('rises by less than one each tenth of a second, however fast requests are', () => {
    clients.ask(CROWD, 1_000, () => 1);

    expect(clients.limit.limit).toBeGreaterThan(100);
    expect(clients.limit.limit).toBeLessThan(110);
  });
});

describe('the limit, while all that is asked for is let in', () => {
  it('rises ahead of need once half of it is used', () => {
    clients.ask(60, 2_000, () => USUAL_MS);

    expect(clients.limit.limit).toBeGreaterThan(110);
  });
});

describe('those that take long', () => {
  it('keep their room within a second', () => {
    clients.ask(CROWD, 900, () => 950);

    expect(clients.underWay).toBe(100);
  });

  it('keep it for ten times as long as the others take', () => {
    clients.ask(20, 5_000, () => 300);
    clients.ask(CROWD, 2_500, () => 2_600);

    expect(clients.underWay).toBe(100);
  });
});

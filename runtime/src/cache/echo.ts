import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Coordination } from './coordination.ts';
import { NO_POSITIONS } from './positions.ts';

/** A message's way is far shorter; who waits has changed something and wants to see it. */
const LIMIT_MS = 150;

/**
 * Tells when this process has heard all that was said before: messages arrive in the order in which they were sent, so that is when
 * one of its own comes back.
 */
export class Echo {
  readonly #coordination: Pick<Coordination, 'invalidate'>;
  readonly #clock: Clock;
  #tag = newTag();
  #sent = 0;
  #heard = 0;
  #waiting: { readonly number: number; resolve(): void }[] = [];

  constructor(coordination: Pick<Coordination, 'invalidate'>, clock: Clock) {
    this.#coordination = coordination;
    this.#clock = clock;
  }

  /** @returns whether it came back: if not, messages may be missing */
  async call(): Promise<boolean> {
    const tag = this.#tag;
    this.#sent += 1;
    const number = this.#sent;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ number, resolve });
    const sent = this.#coordination.invalidate({ tags: [tag], positions: NO_POSITIONS });
    const outcome = await Promise.race([
      Promise.all([sent, promise]).then(
        () => true,
        () => false,
      ),
      this.#clock.sleep(LIMIT_MS).then(() => false),
    ]);
    // It may come back yet, and would be taken for the next one.
    if (!outcome && tag === this.#tag) this.#startAnew();
    return outcome;
  }

  /** To be told of all messages. */
  hear(tags: readonly string[]): void {
    if (tags.includes(this.#tag)) this.#hearUpTo(this.#heard + 1);
  }

  /** To be told that messages were missed, once what they might have said is taken as said. */
  hearGap(): void {
    this.#startAnew();
  }

  #startAnew(): void {
    this.#tag = newTag();
    this.#hearUpTo(this.#sent);
  }

  #hearUpTo(number: number): void {
    this.#heard = number;
    const heard = this.#waiting.filter((waiting) => waiting.number <= number);
    this.#waiting = this.#waiting.filter((waiting) => waiting.number > number);
    for (const { resolve } of heard) resolve();
  }
}

/** One a process, so that few of them are remembered. No tag of an entry begins like it. */
function newTag(): string {
  return `!${randomUUID()}`;
}

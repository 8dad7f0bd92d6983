import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '@tributary/prisma/seed/random';
import type { ClientLog, OrderInput, OrderLine, Outcome } from './client-log.ts';
import { type Sending, sendCancelOrder, sendPlaceOrder } from './shop-gateway.ts';

/** A product as clients order it. */
export interface Ware {
  readonly productId: string;
  readonly unitPriceMinor: number;
  /** There are too few units for all who want some. */
  readonly isScarce: boolean;
}

export interface ShopperOptions {
  readonly client: number;
  readonly seed: number;
  readonly userId: string;
  /** A good access token. */
  readonly token: () => Promise<string>;
  /** Gateways, without a path. */
  readonly urls: readonly string[];
  readonly wares: readonly Ware[];
  readonly currency: string;
  readonly log: ClientLog;
}

/** An order that a client means to place, under one key for as long as it takes. */
interface Intent {
  readonly key: string;
  readonly input: OrderInput;
  /** Known once it was told of the order. */
  orderId: string | undefined;
}

const THINKING_MS = { min: 100, max: 2_500 };
const PATIENCE_MS = { min: 2_000, max: 9_000 };
/** Of clients that hang up while the request is under way. */
const HURRY_MS = { min: 5, max: 250 };
const RETRY_MS = { min: 200, max: 2_000 };
const COUNTRIES = ['DE', 'FR', 'IT'];

/**
 * Places, repeats and cancels orders of one user, as the seed has it, and writes down what it sends and what it is told. It repeats
 * what failed with the same key until it is told of the order; also what did not fail, also twice at once, and now and then with
 * another input, which is to be refused.
 */
export class Shopper {
  readonly #options: ShopperOptions;
  readonly #random: Random;
  readonly #intents: Intent[] = [];
  #gateway: number;

  constructor(options: ShopperOptions) {
    this.#options = options;
    this.#random = Random.of(`shopper ${options.seed}`, options.client);
    this.#gateway = options.client;
    options.log.write({ client: options.client, kind: 'joined', userId: options.userId });
  }

  /** Goes on until the signal is aborted; what is under way then is ended. */
  async shop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(this.#between(THINKING_MS), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#doSomething(signal);
    }
  }

  /** Asks for every order that it was not told of, until it is; gives up when the signal is aborted. */
  async insist(signal: AbortSignal): Promise<void> {
    for (const intent of this.#intents) if (intent.orderId === undefined) await this.#placeUntilTold(intent, signal);
  }

  async #doSomething(signal: AbortSignal): Promise<void> {
    const choice = this.#random.next();
    const known = this.#intents.length === 0 ? undefined : this.#random.pick(this.#intents);
    if (known === undefined || choice < 0.6) await this.#placeUntilTold(this.#intend(), signal);
    else if (choice < 0.82) await this.#cancelUntilTold(known, signal);
    else if (choice < 0.94) await Promise.all([this.#place(known), this.#place(known)]);
    else await this.#place({ ...known, input: this.#makeInput() });
  }

  #intend(): Intent {
    const intent = { key: this.#makeKey(), input: this.#makeInput(), orderId: undefined };
    this.#intents.push(intent);
    return intent;
  }

  async #placeUntilTold(intent: Intent, signal: AbortSignal): Promise<void> {
    const attempts = this.#random.chance(0.15) ? 2 : 1;
    while (intent.orderId === undefined && !signal.aborted) {
      const outcomes = await Promise.all(Array.from({ length: attempts }, () => this.#place(intent)));
      // Its key was taken by another input of its own that came first.
      if (outcomes.some(({ kind }) => kind === 'key-reused' || kind === 'refused')) return;
      if (outcomes.every(({ kind }) => kind === 'failed')) await this.#tryElsewhere(signal);
    }
  }

  async #cancelUntilTold({ orderId }: Intent, signal: AbortSignal): Promise<void> {
    if (orderId === undefined) return;
    while (!signal.aborted) {
      const outcome = await this.#send({ kind: 'cancel', orderId }, (sending) => sendCancelOrder(sending, orderId));
      if (outcome.kind !== 'failed') return;
      await this.#tryElsewhere(signal);
    }
  }

  async #place(intent: Intent): Promise<Outcome> {
    const { key, input } = intent;
    const outcome = await this.#send({ kind: 'place', key, input }, (sending) => sendPlaceOrder(sending, key, input));
    if (outcome.kind === 'placed') intent.orderId = outcome.order.id;
    return outcome;
  }

  async #send(
    asked: { kind: 'place'; key: string; input: OrderInput } | { kind: 'cancel'; orderId: string },
    send: (sending: Sending) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { client, log, urls, token } = this.#options;
    const request = log.nextRequest();
    const patienceMs = this.#between(this.#random.chance(0.06) ? HURRY_MS : PATIENCE_MS);
    const sending = { url: urls[this.#gateway % urls.length] ?? '', token: await token(), patienceMs };
    log.write({ client, request, ...asked });
    const sentAtMs = performance.now();
    const outcome = await send(sending);
    log.write({ client, request, kind: 'told', tookMs: Math.round(performance.now() - sentAtMs), outcome });
    return outcome;
  }

  async #tryElsewhere(signal: AbortSignal): Promise<void> {
    this.#gateway += 1;
    await delay(this.#between(RETRY_MS), undefined, { signal }).catch(() => undefined);
  }

  #makeInput(): OrderInput {
    const { wares, currency } = this.#options;
    const chosen = new Map<string, OrderLine>();
    const lineCount = this.#random.between(1, 3);
    while (chosen.size < lineCount) {
      const { productId, unitPriceMinor } = this.#pickWare(wares);
      chosen.set(productId, { productId, unitPriceMinor, quantity: this.#random.between(1, 3) });
    }
    return { lines: [...chosen.values()], currency, shippingCountry: this.#random.pick(COUNTRIES) };
  }

  #pickWare(wares: readonly Ware[]): Ware {
    const wantsScarce = this.#random.chance(0.1);
    return this.#random.pick(wares.filter(({ isScarce }) => isScarce === wantsScarce));
  }

  /** A UUID of version 4. */
  #makeKey(): string {
    const digits = (count: number) =>
      Array.from({ length: count }, () => this.#random.between(0, 15).toString(16)).join('');
    return `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}`;
  }

  #between({ min, max }: { min: number; max: number }): number {
    return this.#random.between(min, max);
  }
}

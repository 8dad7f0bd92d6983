import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

// What clients write down of a run, one JSON object a line: all that the checker knows of what was promised to them.

const orderLine = z.object({
  productId: z.string(),
  quantity: z.int(),
  unitPriceMinor: z.int(),
});

const orderInput = z.object({
  lines: z.array(orderLine),
  currency: z.string(),
  shippingCountry: z.string(),
});

/** An order as the graph showed it. */
const shownOrder = orderInput.extend({ id: z.string(), status: z.string(), totalMinor: z.int() });

const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('placed'), order: shownOrder }),
  z.object({ kind: z.literal('cancelled'), order: shownOrder }),
  z.object({ kind: z.literal('not-cancellable'), order: shownOrder }),
  /** `PRICE_CHANGED` and the like. */
  z.object({ kind: z.literal('refused'), code: z.string() }),
  /** The key came before with another input. */
  z.object({ kind: z.literal('key-reused') }),
  /** Nothing is known of what it did: a time-out, a cut connection, an error. */
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);

const who = { atMs: z.number(), client: z.int() };
const request = z.int();

const logEntry = z.discriminatedUnion('kind', [
  z.object({ ...who, kind: z.literal('joined'), userId: z.string() }),
  z.object({ ...who, kind: z.literal('place'), request, key: z.string(), input: orderInput }),
  z.object({ ...who, kind: z.literal('cancel'), request, orderId: z.string() }),
  z.object({ ...who, kind: z.literal('told'), request, tookMs: z.number(), outcome }),
]);

export type OrderInput = z.infer<typeof orderInput>;
export type OrderLine = z.infer<typeof orderLine>;
export type ShownOrder = z.infer<typeof shownOrder>;
export type Outcome = z.infer<typeof outcome>;
export type LogEntry = z.infer<typeof logEntry>;

/** An entry without what the log itself adds. */
type Unstamped<Entry> = Entry extends LogEntry ? Omit<Entry, 'atMs'> : never;
export type NewLogEntry = Unstamped<LogEntry>;

/** Writes entries to a file as they are made, so that what was sent is known even if the whole run dies. */
export class ClientLog {
  readonly #file: string;
  #requests = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** A number that no other request of the run has. */
  nextRequest(): number {
    this.#requests += 1;
    return this.#requests;
  }

  write(entry: NewLogEntry): void {
    appendFileSync(this.#file, `${JSON.stringify({ atMs: Date.now(), ...entry })}\n`);
  }
}

/** @throws ZodError or SyntaxError for a line that no client has written */
export async function readClientLog(file: string): Promise<LogEntry[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => logEntry.parse(JSON.parse(line)));
}

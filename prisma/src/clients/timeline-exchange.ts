/** A database as far as timelines are exchanged through it. */
export interface TimelineDatabase {
  readonly name: string;
  /** The highest timeline that was heard of; 0 before anything was. */
  timeline(): number;
  noteTimeline(timeline: number): void;
  readQuietly(sql: string): Promise<unknown[][]>;
  writeQuietly(sql: string): Promise<void>;
}

const INTERVAL_MS = 2_000;
/** Longer than any of these statements takes on a server that is well. */
const TIME_LIMIT_MS = 1_000;
/** Where every database begins: nobody has to be told of it. */
const FIRST_TIMELINE = 1;

/**
 * Lets the processes know from each other which promotions there were. One that was cut off from a primary while it was promoted,
 * or that is started when only the server before it is there, can't see it; another one has, and has left word of it in all other
 * databases.
 */
export class TimelineExchange {
  readonly #databases: () => readonly TimelineDatabase[];
  readonly #told = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;

  /** @param databases all that there are at the moment */
  constructor(databases: () => readonly TimelineDatabase[]) {
    this.#databases = databases;
  }

  /** Asks and tells others, again and again, until `stop`. */
  start(): void {
    const exchange = async (): Promise<void> => {
      await this.ask();
      await this.#tell();
      if (this.#timer !== undefined) this.#timer = setTimeout(exchange, INTERVAL_MS).unref();
    };
    this.#timer = setTimeout(exchange, 0).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Tells every database what is known of it in the others. A database that cannot be read in time is passed over. */
  ask(): Promise<void> {
    this.#asking ??= this.#askNow().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askNow(): Promise<void> {
    const databases = this.#databases();
    const known = await Promise.all(
      databases.map((database) => inTime(database.readQuietly('SELECT database, timeline FROM known_timelines'), [])),
    );
    const highest = new Map<string, number>();
    for (const [database, timeline] of known.flat()) {
      highest.set(String(database), Math.max(Number(timeline), highest.get(String(database)) ?? 0));
    }
    for (const database of databases) {
      const timeline = highest.get(database.name) ?? 0;
      if (timeline > database.timeline()) database.noteTimeline(timeline);
    }
  }

  async #tell(): Promise<void> {
    const databases = this.#databases();
    const pairs = databases.flatMap((about) => databases.filter((to) => to !== about).map((to) => ({ about, to })));
    await Promise.all(pairs.map((pair) => this.#tellOne(pair)));
  }

  async #tellOne({ about, to }: { about: TimelineDatabase; to: TimelineDatabase }): Promise<void> {
    const timeline = about.timeline();
    const key = `${about.name} ${to.name}`;
    if (timeline <= (this.#told.get(key) ?? FIRST_TIMELINE)) return;
    // A name is letters, digits and _ only: see the topology.
    const telling = to.writeQuietly(`
      INSERT INTO known_timelines (database, timeline) VALUES ('${about.name}', ${timeline})
      ON CONFLICT (database) DO UPDATE SET timeline = greatest(known_timelines.timeline, excluded.timeline)`);
    const isTold = await inTime(
      telling.then(() => true),
      false,
    );
    if (isTold) this.#told.set(key, timeline);
  }
}

/** What comes in time, without an error; else `otherwise`. */
async function inTime<T>(work: PromiseLike<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), TIME_LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } catch {
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}

import { CircuitState, ExponentialBackoff, type IBackoff, SamplingBreaker } from 'cockatiel';

export interface InstanceHealthOptions {
  /** Asks the instance for something that costs it nothing; rejects unless it answers in time. */
  readonly probe: () => Promise<void>;
  /** Told when it is ejected, with the reason, and when it is back. */
  readonly onChange: (change: { isEjected: boolean; why: string }) => void;
}

/** More than half of at least ten requests within ten seconds have to fail. */
const FAILURES = { threshold: 0.5, duration: 10_000, minimumRps: 1 };

/** Between probes of what is ejected, with jitter: processes that eject the same do not come back at once. */
const probeDelays = new ExponentialBackoff<unknown>({ initialDelay: 250, maxDelay: 2_000 });

/**
 * The circuit breaker of one instance. While it is ejected no request goes there; probes find out when it is back, so that no client
 * has to be the one that tries, and none comes back to an instance only because nobody has asked for a while.
 */
export class InstanceHealth {
  readonly #options: InstanceHealthOptions;
  readonly #breaker = new SamplingBreaker(FAILURES);
  #isEjected = false;
  #isUnreachable = false;
  #isSuspect = false;
  #isStopped = false;
  #nextProbe: NodeJS.Timeout | undefined;

  constructor(options: InstanceHealthOptions) {
    this.#options = options;
  }

  get isEjected(): boolean {
    return this.#isEjected;
  }

  /** Whether it was ejected for taking no connections: to try costs nothing, and harms nobody. */
  get isUnreachable(): boolean {
    return this.#isEjected && this.#isUnreachable;
  }

  /** Whether it was ejected although it takes connections: what it has will hardly be answered. */
  get isLost(): boolean {
    return this.#isEjected && !this.#isUnreachable;
  }

  /** Notes an answer. */
  succeeded(): void {
    if (this.isUnreachable) this.#return('it answers again');
    this.#breaker.success(CircuitState.Closed);
  }

  /** Notes that there was none, which ejects it when that happens too often. */
  failed(): void {
    if (this.#breaker.failure(CircuitState.Closed)) this.#eject('too many requests failed');
  }

  /** Notes that it takes no connections, which ejects it. */
  refused(): void {
    this.#eject('it takes no connections', { isUnreachable: true });
  }

  /** Probes an instance that keeps requests waiting, and ejects it if it keeps the probe waiting, too. */
  suspect(): void {
    if (this.#isSuspect || this.#isEjected) return;
    this.#isSuspect = true;
    this.#options
      .probe()
      .catch(() => this.#eject('it keeps requests waiting, and a probe'))
      .finally(() => {
        this.#isSuspect = false;
      });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#nextProbe);
  }

  #eject(why: string, { isUnreachable = false } = {}): void {
    if (this.#isEjected || this.#isStopped) return;
    this.#isEjected = true;
    this.#isUnreachable = isUnreachable;
    this.#options.onChange({ isEjected: true, why });
    this.#probeAfter(probeDelays.next());
  }

  #probeAfter(backoff: IBackoff<unknown>): void {
    if (this.#isStopped || !this.#isEjected) return;
    this.#nextProbe = setTimeout(() => {
      this.#options.probe().then(
        () => this.#return('a probe was answered'),
        () => this.#probeAfter(backoff.next(undefined)),
      );
    }, backoff.duration).unref();
  }

  #return(why: string): void {
    if (this.#isStopped || !this.#isEjected) return;
    clearTimeout(this.#nextProbe);
    // What failed before says nothing of the instance that is there now.
    this.#breaker.success(CircuitState.HalfOpen);
    this.#isEjected = false;
    this.#options.onChange({ isEjected: false, why });
  }
}

type Release = () => unknown;
type Releasable = { close(): unknown } | { stop(): unknown };

/**
 * What a service holds, released in reverse order of acquisition. After `withReleasers` of graphile/worker: whoever acquires
 * registers the release at once, so that a start that fails half-way leaves nothing behind.
 */
export class Scope {
  readonly #held: { name: string; release: Release }[] = [];
  #releasing: string | undefined;
  #released: Promise<void> | undefined;

  /**
   * Takes over a resource and returns it. Without `release` its `stop()` or `close()` is called.
   *
   * @param name what a hung release is reported as
   * @throws when the release of the scope has begun, so that a start that is still under way ends there; the resource is released, too
   */
  own<T extends Releasable>(resource: T, release?: (resource: T) => unknown, name?: string): T;
  own<T>(resource: T, release: (resource: T) => unknown, name?: string): T;
  own<T>(resource: T, release: (resource: T) => unknown = releaseOf, name: string = nameOf(resource)): T {
    this.#held.push({ name, release: () => release(resource) });
    if (this.#released) {
      this.#released = this.#releaseRest(this.#released);
      throw new Error(`${name} was acquired while the scope was being released`);
    }
    return resource;
  }

  /** The name of the resource whose release has begun and not ended. */
  get releasing(): string | undefined {
    return this.#releasing;
  }

  /**
   * Releases everything, the last one first, one after the other; calling it again waits for the same release.
   *
   * @throws the first error of a release, after all others were released too
   */
  release(): Promise<void> {
    this.#released ??= this.#releaseAll();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Releases what came when all else was released already, which nobody else would. */
  #releaseRest(before: Promise<void>): Promise<void> {
    const released = before.finally(() => this.#releaseAll());
    // Whoever asks for the release hears of it; perhaps everybody has asked before.
    released.catch(() => undefined);
    return released;
  }

  async #releaseAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let held = this.#held.pop(); held; held = this.#held.pop()) {
      this.#releasing = held.name;
      try {
        await held.release();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#releasing = undefined;
    if (errors.length > 0) throw errors[0];
  }
}

function releaseOf(resource: unknown): unknown {
  if (typeof resource !== 'object' || resource === null) throw new TypeError('this resource cannot be released');
  if ('stop' in resource && typeof resource.stop === 'function') return resource.stop();
  if ('close' in resource && typeof resource.close === 'function') return resource.close();
  throw new TypeError('this resource has neither stop() nor close()');
}

function nameOf(resource: unknown): string {
  return typeof resource === 'object' && resource !== null ? resource.constructor.name : typeof resource;
}

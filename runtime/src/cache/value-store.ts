/** A value to be kept for `ttlMs` at most. */
export interface StoredValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly ttlMs: number;
}

/**
 * Bytes by key, shared by all processes: the second tier. A store may lose any value at any time; it never makes one up and
 * never answers one beyond its time to live. Whether a value is still true is not its business: that is for the versions of its tags to say.
 */
export interface ValueStore {
  /** The values in the order of `keys`, undefined where there is none. One round trip for all. */
  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  setMany(values: readonly StoredValue[]): Promise<void>;
  deleteMany(keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** An id and its value; other ids of the same hash come after it. */
interface Entry<V> {
  readonly id: bigint;
  value: V;
  next: Entry<V> | undefined;
}

const words = new DataView(new ArrayBuffer(8));

/**
 * Values by ids. A `Map` finds numbers several times as fast as it finds bigints, so this one has a number that is made of each id's
 * two words, and tells ids of the same number apart itself.
 */
export class IdMap<V> {
  readonly #entries = new Map<number, Entry<V>>();

  get(id: bigint): V | undefined {
    return find(this.#entries.get(hashOf(id)), id)?.value;
  }

  set(id: bigint, value: V): this {
    const hash = hashOf(id);
    const first = this.#entries.get(hash);
    const entry = find(first, id);
    if (entry) entry.value = value;
    else this.#entries.set(hash, { id, value, next: first });
    return this;
  }

  delete(id: bigint): void {
    const hash = hashOf(id);
    let kept: Entry<V> | undefined;
    for (let entry = this.#entries.get(hash); entry; entry = entry.next) {
      if (entry.id !== id) kept = { ...entry, next: kept };
    }
    if (kept) this.#entries.set(hash, kept);
    else this.#entries.delete(hash);
  }

  clear(): void {
    this.#entries.clear();
  }
}

function find<V>(first: Entry<V> | undefined, id: bigint): Entry<V> | undefined {
  let entry = first;
  while (entry && entry.id !== id) entry = entry.next;
  return entry;
}

/** 30 bits: what the engine keeps as a small integer. Ids of one moment differ in the lower word, those of one shard in both. */
function hashOf(id: bigint): number {
  words.setBigInt64(0, id);
  return (words.getInt32(4) ^ Math.imul(words.getInt32(0), 0x9e3779b1)) & 0x3fffffff;
}

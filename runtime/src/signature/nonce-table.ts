const firstSlots = 64;
const wordsPerSlot = 3;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const sixBitsOfCode = new Uint8Array(128);
for (const [bits, character] of [...alphabet].entries()) sixBitsOfCode[character.charCodeAt(0)] = bits;

/** Of the first word of a slot in use; words themselves have 24 bits. */
const inUse = 1 << 24;

/**
 * A set of nonces as numbers in one array. A set of strings would do the same, but its strings and tables outlive the requests that
 * brought them, and the garbage collector copies and follows them: that took several times what adding takes here.
 */
export class NonceTable {
  /** Open addressing with linear probing; at most half of the slots are in use. */
  #words = new Uint32Array(firstSlots * wordsPerSlot);
  #mask = firstSlots - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * @param nonce 12 characters of base64url
   * @returns whether it was not there yet
   */
  add(nonce: string): boolean {
    if (!this.#insert(wordAt(nonce, 0) | inUse, wordAt(nonce, 4), wordAt(nonce, 8))) return false;
    this.#size += 1;
    if (this.#size * 2 > this.#mask) this.#grow();
    return true;
  }

  #insert(first: number, second: number, third: number): boolean {
    const words = this.#words;
    for (let slot = scattered(first, second, third) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * wordsPerSlot;
      if (words[at] === 0) {
        words[at] = first;
        words[at + 1] = second;
        words[at + 2] = third;
        return true;
      }
      if (words[at] === first && words[at + 1] === second && words[at + 2] === third) return false;
    }
  }

  #grow(): void {
    const words = this.#words;
    this.#words = new Uint32Array(words.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let at = 0; at < words.length; at += wordsPerSlot) {
      const first = words[at] ?? 0;
      if (first !== 0) this.#insert(first, words[at + 1] ?? 0, words[at + 2] ?? 0);
    }
  }
}

/**
 * Nonces of one gateway follow each other: side by side in the table they would be a wall to those of another one. The constants are
 * MurmurHash3's (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp).
 */
function scattered(first: number, second: number, third: number): number {
  let bits = Math.imul(first, 0xcc9e2d51) ^ Math.imul(second, 0x1b873593) ^ third;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** 24 bits. */
function wordAt(nonce: string, start: number): number {
  return (
    (sixBitsAt(nonce, start) << 18) |
    (sixBitsAt(nonce, start + 1) << 12) |
    (sixBitsAt(nonce, start + 2) << 6) |
    sixBitsAt(nonce, start + 3)
  );
}

function sixBitsAt(nonce: string, index: number): number {
  return sixBitsOfCode[nonce.charCodeAt(index)] ?? 0;
}

export interface RecentTokensOptions {
  /** The most tokens that are remembered. */
  readonly limit: number;
  /** How much they may take together. */
  readonly limitBytes: number;
  /** How much of it is taken by one, with what is remembered of it. */
  bytesOf(token: string): number;
}

/** What was found out of a token. */
export interface TokenFinding {
  readonly token: string;
}

/**
 * Remembers what was found out of the tokens that came last, in two generations: a token of the older one that comes again moves to the
 * younger, and when that is full, what is left of the older is forgotten. So whatever came again among the last half of `limit` is
 * there.
 *
 * It is made for few looks into memory, since each request has another token than the last: to find one writes nothing, where a list
 * in the order of use is linked anew; and tables are by number, since in one by text V8 would look for the text among all texts first.
 */
export class RecentTokens<Finding extends TokenFinding> {
  readonly #options: RecentTokensOptions;
  #young = new Map<number, Finding>();
  #youngBytes = 0;
  #old = new Map<number, Finding>();

  constructor(options: RecentTokensOptions) {
    this.#options = options;
  }

  /** How many are remembered; a token that has moved counts twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(token: string): Finding | undefined {
    const number = numberOf(token);
    const finding = this.#young.get(number);
    return finding?.token === token ? finding : this.#findOld(number, token);
  }

  remember(finding: Finding): void {
    const { limit, limitBytes, bytesOf } = this.#options;
    const bytes = bytesOf(finding.token);
    if (this.#young.size >= limit / 2 || this.#youngBytes + bytes > limitBytes / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(numberOf(finding.token), finding);
    this.#youngBytes += bytes;
  }

  clear(): void {
    this.#young.clear();
    this.#youngBytes = 0;
    this.#old.clear();
  }

  #findOld(number: number, token: string): Finding | undefined {
    const finding = this.#old.get(number);
    if (finding?.token !== token) return undefined;
    this.remember(finding);
    return finding;
  }
}

/** All but the last of these are as random as a signature is; that one has few bits. */
const numberedCharacters = 9;

/**
 * Tokens of the same number take each other's place, which is rare: it is made of 48 bits of the signature. Nobody but who signs tokens
 * can aim at the number of another one, since only good tokens are remembered.
 */
function numberOf(token: string): number {
  const end = token.length - 1;
  let number = 0;
  for (let index = Math.max(0, token.length - numberedCharacters); index < end; index += 1) {
    number = (Math.imul(number, 31) + token.charCodeAt(index)) | 0;
  }
  return number;
}

/** One HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  /** Without head and chunk framing. */
  readonly bodyBytes: number;
}

type State =
  | { readonly in: 'head'; bytes: Buffer }
  | { readonly in: 'body'; readonly status: number; readonly bodyBytes: number; left: number }
  | { readonly in: 'chunks'; readonly status: number; bodyBytes: number; line: string; left: number; isLast: boolean };

/**
 * Finds the ends of HTTP/1.1 answers on a connection that carries one at a time, and looks at nothing else: a client that parses
 * costs as much as the gateway it is to measure.
 */
export class AnswerReader {
  #state: State = { in: 'head', bytes: Buffer.alloc(0) };

  /** @returns the answer that ends with these bytes, or `undefined` when more are to come */
  push(bytes: Buffer): Answer | undefined {
    const body = this.#state.in === 'head' ? this.#readHead(this.#state.bytes, bytes) : bytes;
    if (!body || !this.#readBody(body)) return undefined;
    const { status, bodyBytes } = this.#bodyState();
    this.#state = { in: 'head', bytes: Buffer.alloc(0) };
    return { status, bodyBytes };
  }

  /** What follows the head, once all of it is there. */
  #readHead(before: Buffer, bytes: Buffer): Buffer | undefined {
    const all = before.length === 0 ? bytes : Buffer.concat([before, bytes]);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1) {
      this.#state = { in: 'head', bytes: all };
      return undefined;
    }
    const head = all.toString('latin1', 0, end);
    const status = Number(head.slice(9, 12));
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    this.#state =
      length === undefined
        ? { in: 'chunks', status, bodyBytes: 0, line: '', left: 0, isLast: false }
        : { in: 'body', status, bodyBytes: Number(length), left: Number(length) };
    return all.subarray(end + 4);
  }

  #readBody(bytes: Buffer): boolean {
    const state = this.#bodyState();
    if (state.in === 'chunks') return readChunks(state, bytes);
    state.left -= bytes.length;
    return state.left <= 0;
  }

  #bodyState(): Exclude<State, { in: 'head' }> {
    if (this.#state.in === 'head') throw new Error('no head has been read');
    return this.#state;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
function readChunks(state: Extract<State, { in: 'chunks' }>, bytes: Buffer): boolean {
  let at = 0;
  while (at < bytes.length) {
    if (state.left > 0) {
      const taken = Math.min(state.left, bytes.length - at);
      state.left -= taken;
      at += taken;
      continue;
    }
    const end = bytes.indexOf('\n', at);
    state.line += bytes.toString('latin1', at, end === -1 ? bytes.length : end);
    if (end === -1) return false;
    at = end + 1;
    if (state.isLast && state.line === '\r') return true;
    const size = Number.parseInt(state.line, 16);
    state.line = '';
    if (state.isLast) continue;
    state.isLast = size === 0;
    if (size > 0) {
      state.bodyBytes += size;
      state.left = size + 2;
    }
  }
  return false;
}

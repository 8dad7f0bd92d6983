import type { IncomingMessage } from 'node:http';
import type { IncomingRequest } from './incoming-request.ts';
import type { RecalledResponse } from './prepared-response.ts';
import { readJsonBytes } from './read-json-body.ts';

/** How GraphQL requests that were seen before are answered by what they look like, before they are parsed. */
export interface RecallOptions {
  /**
   * Answers a request by its `source`, or leaves it (`undefined`) to its handler. What it throws is the answer.
   */
  answer(request: IncomingRequest): RecalledResponse | undefined | Promise<RecalledResponse | undefined>;
  /** Parses the body of a POST that it leaves. */
  parse(bytes: Buffer): unknown;
}

/** A longer request is not worth to be remembered. */
const LONGEST_SOURCE = 16 * 1024;

/** Reads requests whose bytes are looked at before they are parsed. */
export class Recall {
  readonly #options: RecallOptions;
  readonly #bodyLimitBytes: number;

  constructor(options: RecallOptions, bodyLimitBytes: number) {
    this.#options = options;
    this.#bodyLimitBytes = bodyLimitBytes;
  }

  /**
   * @returns the answer, where there is one, and what a handler gets the body from
   * @throws CodedError what `readJsonBytes` throws
   */
  async answer(
    request: IncomingRequest,
    message: IncomingMessage,
  ): Promise<{ recalled: RecalledResponse | undefined; readBody: () => Promise<unknown> }> {
    const bytes = request.method === 'POST' ? await readJsonBytes(message, this.#bodyLimitBytes) : undefined;
    request.source = bytes ? textOf(bytes) : sourceOfGet(request);
    const recalled = request.source === undefined ? undefined : await this.#options.answer(request);
    return { recalled, readBody: async () => bytes && this.#options.parse(bytes) };
  }
}

/** A character a byte, which costs no decoding. */
function textOf(bytes: Buffer): string | undefined {
  return bytes.length <= LONGEST_SOURCE ? bytes.toString('latin1') : undefined;
}

/** A GET with a body is answered where its body is taken in. */
function sourceOfGet({ method, search, headers }: IncomingRequest): string | undefined {
  const isPlain = method === 'GET' && !headers.has('content-length') && !headers.has('transfer-encoding');
  return isPlain && search.length <= LONGEST_SOURCE ? search : undefined;
}

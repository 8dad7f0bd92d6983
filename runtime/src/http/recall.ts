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

/** How the source of a GET begins, and no JSON: a body is never taken for one. */
const QUESTION_MARK = 0x3f;

/** Looks at requests before they are parsed. */
export class Recall {
  readonly #options: RecallOptions;
  readonly #bodyLimitBytes: number;

  constructor(options: RecallOptions, bodyLimitBytes: number) {
    this.#options = options;
    this.#bodyLimitBytes = bodyLimitBytes;
  }

  /**
   * Reads a request and answers it, or leaves it (`undefined`) to a handler, which then needs its `body`.
   * @throws CodedError what `readJsonBytes` throws
   */
  async answer(request: IncomingRequest, message: IncomingMessage): Promise<RecalledResponse | undefined> {
    if (request.method === 'POST') {
      const bytes = await readJsonBytes(message, this.#bodyLimitBytes);
      request.bytes = bytes;
      const mayBeKnown = bytes.length <= LONGEST_SOURCE && bytes[0] !== QUESTION_MARK;
      request.source = mayBeKnown ? bytes.toString('latin1') : undefined;
    } else if (isPlainGet(request)) {
      request.source = request.search;
    }
    return request.source === undefined ? undefined : this.#options.answer(request);
  }

  /** @throws what the options' `parse` throws */
  body({ bytes }: IncomingRequest): unknown {
    return bytes && this.#options.parse(bytes);
  }
}

/** A GET with a body is answered where its body is taken in. */
function isPlainGet({ method, search, headers }: IncomingRequest): boolean {
  const hasBody = headers.has('content-length') || headers.has('transfer-encoding');
  return method === 'GET' && !hasBody && search.length <= LONGEST_SOURCE;
}

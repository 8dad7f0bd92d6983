import {
  type FollowedSession,
  furthestSeen,
  NOTHING_SEEN,
  parseSessionPositions,
  type SessionPositions,
  sessionHeader,
} from '@tributary/runtime/session/followed-session';
import type { HeadersOf, ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';

/** What a session token says; a request without one has seen nothing. */
export interface SeenBefore extends FollowedSession {
  /** Unix time in milliseconds; 0 for never. */
  readonly wroteAtMs: number;
}

/** Far enough for any database, as none of ours is called: only primaries are read then. */
export const PRIMARIES_ONLY: SessionPositions = Object.freeze({ '*': [0, Number.MAX_SAFE_INTEGER] as const });

/** What is known of a client that begins. */
export const NOTHING_BEFORE: SeenBefore = { seen: NOTHING_SEEN, hasWritten: false, wroteAtMs: 0 };

/**
 * What the operations of one request, and those before it that its client has a token of, have seen and written. It begins with
 * such a token, or with the first mutation: until then subgraphs are told and asked nothing.
 */
export class RequestSession {
  readonly #before: SeenBefore;
  #seen: SessionPositions;
  #isFollowed: boolean;
  #hasWritten = false;
  #hasNews = false;

  /** @param before what the client's token says, if it has one */
  constructor(before: SeenBefore | undefined) {
    this.#isFollowed = before !== undefined;
    this.#before = before ?? NOTHING_BEFORE;
    this.#seen = this.#before.seen;
  }

  /** Whether requests to subgraphs, and their answers, differ from those of anybody else. */
  get isFollowed(): boolean {
    return this.#isFollowed;
  }

  /** Whether the client's requests before this one wrote lately. */
  get hadWritten(): boolean {
    return this.#before.hasWritten;
  }

  /** What there is to tell the client; `undefined` when it knows all. */
  news(nowMs: number): { readonly seen: SessionPositions; readonly wroteAtMs: number } | undefined {
    if (!this.#hasNews) return undefined;
    return { seen: this.#seen, wroteAtMs: this.#hasWritten ? nowMs : this.#before.wroteAtMs };
  }

  /**
   * Sends a request to a subgraph, which is told what has been seen so far, and takes note of what it has seen.
   * @param send sends it with the headers that it is given
   */
  async send(
    { isQuery, headersOf }: { isQuery: boolean; headersOf: HeadersOf },
    send: (headersOf: HeadersOf) => Promise<ReceivedAnswer>,
  ): Promise<ReceivedAnswer> {
    if (isQuery && !this.#isFollowed) return send(headersOf);
    this.#isFollowed = true;
    const session: FollowedSession = { seen: this.#seen, hasWritten: this.#before.hasWritten || this.#hasWritten };
    const more = [sessionHeader, JSON.stringify(session)];
    const received = await send((request) => [...headersOf(request), ...more]);
    if (!isQuery) this.#hasWritten = true;
    if (received.session !== undefined) this.#note(received.session);
    return received;
  }

  #note(reached: string): void {
    this.#hasNews = true;
    this.#seen = furthestSeen(this.#seen, readPositions(reached));
  }
}

function readPositions(text: string): SessionPositions {
  try {
    return parseSessionPositions(text);
  } catch {
    // What is not understood may be anywhere.
    return PRIMARIES_ONLY;
  }
}

import { timingSafeEqual } from 'node:crypto';
import type { HttpRequest, RequestHeaders } from '@tributary/runtime/http/http-message';
import { type SessionPositions, sessionHeader } from '@tributary/runtime/session/followed-session';
import type { GatewayKey } from '@tributary/runtime/signature/gateway-key';
import type { GatewayKeys } from '@tributary/runtime/signature/gateway-keys';
import { hmacSha256 } from '@tributary/runtime/signature/hmac';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { z } from 'zod';
import { NOTHING_BEFORE, PRIMARIES_ONLY, RequestSession, type SeenBefore } from './request-session.ts';

export interface SessionTokensOptions {
  /** The first signs, any verifies. */
  readonly keys: Pick<GatewayKeys, 'first' | 'find'>;
  /** How long a token counts: longer than replicas may lag, which then have all that it speaks of. */
  readonly ttlMs: number;
  /** Whether browsers send the cookie over HTTPS only. */
  readonly isSecure: boolean;
  /** The clock; `Date.now` unless told. */
  readonly nowMs?: () => number;
}

/** What a client is given to see time go forward only, whichever gateway and replica it asks next. */
export interface SessionTokens {
  /** Whether a request brings anything that might be a token. */
  isBroughtBy(headers: RequestHeaders): boolean;
  /**
   * What a request's token says. One that is forged, expired or somebody else's counts as none: it could only make answers
   * fresher, so nobody gains anything by it, and nobody loses more than they had without it.
   */
  open(headers: RequestHeaders, viewer: Viewer | null): RequestSession;
  /** The headers that give a client its next token; none when it learns nothing by it. */
  headersFor(session: RequestSession, request: HttpRequest, viewer: Viewer | null): [name: string, value: string][];
}

/** Sent in place of a token by a client that wants one for what it reads, too, before it has written anything. */
const BEGIN = 'begin';
const COOKIE = 'tributary_session';
/** A browser keeps no longer cookie. */
const LONGEST = 3_800;
const PURPOSE = 'tributary session token\n';

const content = z.tuple([
  z.number().describe('expires at, in Unix milliseconds'),
  z.string().describe('the user whose it is, or empty for whoever was nobody yet'),
  z.number().describe('wrote at, in Unix milliseconds, or 0'),
  z.record(z.string(), z.tuple([z.number(), z.number()])).describe('what was seen'),
]);

/** Makes tokens that every gateway with one of the keys can read, and nobody else can make. */
export function createSessionTokens({ keys, ttlMs, isSecure, nowMs = Date.now }: SessionTokensOptions): SessionTokens {
  const attributes = `Max-Age=${Math.ceil(ttlMs / 1_000)}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;

  function read(text: string, viewer: Viewer | null): SeenBefore | undefined {
    const payload = text.length > LONGEST ? undefined : verified(text, keys);
    if (payload === undefined) return undefined;
    const [expiresAtMs, userId, wroteAtMs, seen] = content.parse(JSON.parse(payload));
    if (expiresAtMs < nowMs()) return undefined;
    // Whoever logs in has what they wrote as nobody, their own account at first.
    if (userId !== '' && userId !== viewer?.userId) return undefined;
    const hasWritten = nowMs() - wroteAtMs < ttlMs;
    return { seen: hasWritten ? seen : withoutUnknownWrites(seen), wroteAtMs, hasWritten };
  }

  function write(seen: SessionPositions, wroteAtMs: number, viewer: Viewer | null): string {
    const expiresAtMs = nowMs() + ttlMs;
    const token = signed(JSON.stringify([expiresAtMs, viewer?.userId ?? '', wroteAtMs, seen]), keys.first);
    return token.length > LONGEST ? write(PRIMARIES_ONLY, wroteAtMs, viewer) : token;
  }

  return {
    isBroughtBy: (headers) => headers.has(sessionHeader) || (headers.get('cookie')?.includes(COOKIE) ?? false),

    open(headers, viewer) {
      const text = headers.get(sessionHeader) ?? cookieIn(headers.get('cookie'));
      if (text === BEGIN) return new RequestSession(NOTHING_BEFORE);
      return new RequestSession(text === undefined ? undefined : read(text, viewer));
    },

    headersFor(session, { method, headers }, viewer) {
      // What a GET is answered may be kept by caches on the way, for everybody.
      const news = method === 'GET' ? undefined : session.news(nowMs());
      if (!news) return [];
      const token = write(news.seen, news.wroteAtMs, viewer);
      const own: [string, string] = [sessionHeader, token];
      return isOfBrowser(headers) ? [own, ['set-cookie', `${COOKIE}=${token}; ${attributes}`]] : [own];
    },
  };
}

function signed(payload: string, key: GatewayKey): string {
  const text = Buffer.from(payload).toString('base64url');
  return `${key.id}.${text}.${hmacSha256(key.pads, PURPOSE + text)}`;
}

/** What a token holds, if one of the keys has signed it. */
function verified(token: string, keys: Pick<GatewayKeys, 'find'>): string | undefined {
  const [id = '', text = '', given = '', ...more] = token.split('.');
  const key = keys.find(id);
  if (key === undefined || more.length > 0) return undefined;
  const [expected, found] = [hmacSha256(key.pads, PURPOSE + text), given].map((mac) => Buffer.from(mac));
  if (!expected || !found || expected.length !== found.length || !timingSafeEqual(expected, found)) return undefined;
  return Buffer.from(text, 'base64url').toString();
}

function cookieIn(header: string | undefined): string | undefined {
  const own = header?.split(';').find((cookie) => cookie.trimStart().startsWith(`${COOKIE}=`));
  return own?.slice(own.indexOf('=') + 1).trim();
}

/** Replicas have by now what was written at a place that nobody could tell: else who wrote there would read primaries for ever. */
function withoutUnknownWrites(seen: SessionPositions): SessionPositions {
  const known = Object.entries(seen).map(([database, [timeline, bytes]]) => {
    const isUnknown = bytes === Number.MAX_SAFE_INTEGER && !(database in PRIMARIES_ONLY);
    return [database, [timeline, isUnknown ? 0 : bytes]] as const;
  });
  return Object.fromEntries(known);
}

/** Browsers say where a request comes from, and scripts in them can't keep them from it. */
function isOfBrowser(headers: RequestHeaders): boolean {
  return headers.has('sec-fetch-mode') || headers.has('origin');
}

import type { ContentCoding } from '../edge/content-coding.ts';
import type { StoredAnswer } from './stored-answer.ts';

/** The bytes of an answer in one media type and coding, with all of its head that requests have no part in. */
export interface Representation {
  readonly body: Buffer;
  /** Strong: another coding of the same answer has another one. */
  readonly etag: string;
  /** Of an answer that has the body. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Of one that says the client has it already. */
  readonly notModifiedHeaders: readonly (readonly [name: string, value: string])[];
}

/** What representations have in common. */
export interface RepresentationOptions {
  /** Names of request headers that answers depend on. */
  readonly dependsOn: readonly string[];
  /** Whether large answers are compressed for clients that take it. */
  readonly hasCompression: boolean;
  /**
   * Seconds for which a proxy in front may keep what is for everybody, beginning when it gets it: no write drops it there. Nothing is
   * said to proxies unless told, or for 0.
   */
  readonly sharedMaxAgeS?: number | undefined;
}

/** Proxies and CDNs take 8 or 16 KB of headers; who purges by tags then needs all of them or none. */
const LONGEST_TAG_LIST = 4_096;

/** What a CDN can purge by, without a space or comma in it. */
const PLAIN_TAG = /^[!-+\-.-~]+$/;

/** @param body in the coding */
export function representationOf(
  stored: StoredAnswer,
  { body, contentType, coding }: { body: Buffer; contentType: string; coding: ContentCoding | undefined },
  { dependsOn, hasCompression, sharedMaxAgeS = 0 }: RepresentationOptions,
): Representation {
  const { scope, maxAgeS, digest } = stored;
  const variant = [digest, contentType.includes('graphql-response') ? 'r' : undefined, coding?.name];
  const etag = `"${variant.filter((part) => part !== undefined).join('.')}"`;
  const vary = ['Accept', ...dependsOn];
  if (hasCompression) vary.push('Accept-Encoding');
  // Browsers keep private answers, and log out and in as somebody else.
  if (scope === 'private') vary.push('Authorization');
  const isShared = scope === 'public' && sharedMaxAgeS > 0;
  const sharedAge = isShared ? `, s-maxage=${Math.min(sharedMaxAgeS, maxAgeS)}` : '';
  const notModifiedHeaders: [string, string][] = [
    ['cache-control', `${scope}, max-age=${maxAgeS}${sharedAge}`],
    ['etag', etag],
    ['vary', vary.join(', ')],
  ];
  const tags = cacheTag(stored);
  if (tags) notModifiedHeaders.push(['cache-tag', tags]);
  const headers: [string, string][] = [['content-type', contentType], ...notModifiedHeaders];
  if (coding) headers.push(['content-encoding', coding.name]);
  return { body, etag, headers, notModifiedHeaders };
}

/** For whoever purges a CDN by tags. */
function cacheTag({ scope, tags }: StoredAnswer): string | undefined {
  if (scope === 'private' || tags.length === 0 || !tags.every((tag) => PLAIN_TAG.test(tag))) return undefined;
  const list = tags.join(',');
  return list.length <= LONGEST_TAG_LIST ? list : undefined;
}

/**
 * Whether a client has this representation already.
 *
 * @param ifNoneMatch the request's header
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
 */
export function isKnownTo(ifNoneMatch: string | undefined, { etag }: Representation): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => {
    const tag = each.trim();
    return tag === '*' || (tag.startsWith('W/') ? tag.slice(2) : tag) === etag;
  });
}

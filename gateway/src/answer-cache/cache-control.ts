/** Who may be given an answer again: everybody who asks the same, or the viewer whom it was made for. */
export type CacheScope = 'public' | 'private';

/** What a `cache-control` header allows. */
export interface CacheAllowance {
  /** More than 0. */
  readonly maxAgeS: number;
  readonly scope: CacheScope;
}

/**
 * What a subgraph allows a shared cache. Unless it says `public` the answer is its viewer's own: who it was made for is said in a
 * header that other servers know nothing of.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#name-cache-control
 * @returns `undefined` when it allows nothing, or says nothing
 */
export function readCacheControl(header: string | undefined): CacheAllowance | undefined {
  if (header === undefined) return undefined;
  const directives = new Map(header.toLowerCase().split(',').map(readDirective));
  if (directives.has('no-store') || directives.has('no-cache')) return undefined;
  const maxAgeS = wholeSeconds(directives.get('s-maxage') ?? directives.get('max-age'));
  if (maxAgeS === undefined || maxAgeS === 0) return undefined;
  const isPublic = directives.has('public') && !directives.has('private');
  return { maxAgeS, scope: isPublic ? 'public' : 'private' };
}

function readDirective(text: string): [name: string, value: string | undefined] {
  const [name = '', value] = text.split('=', 2);
  return [name.trim(), value?.trim()];
}

function wholeSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

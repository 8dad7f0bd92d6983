const SEPARATOR = ',';

/** Several URLs of one subgraph as the single text that a supergraph has room for; one URL stays as it is. */
export function joinUrls(urls: readonly string[]): string {
  return urls.join(SEPARATOR);
}

/**
 * The URLs in a text made by `joinUrls` or given by an operator.
 * @throws Error naming the part that is not an http or https URL, or when there is none.
 */
export function splitUrls(text: string): URL[] {
  const parts = text
    .split(SEPARATOR)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw new Error('expected at least one URL');
  return parts.map((part) => {
    const url = URL.canParse(part) ? new URL(part) : undefined;
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
      throw new Error(`expected an http or https URL, got "${part}"`);
    }
    return url;
  });
}

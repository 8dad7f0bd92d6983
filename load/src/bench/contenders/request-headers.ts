import type { Contender } from './contender.ts';

/**
 * What requests to a contender have to carry besides the usual headers. It expires, so it is asked for before each load.
 * @throws Error when the contender does not say
 */
export async function requestHeaders({ headersPath }: Contender, port: number): Promise<Record<string, string>> {
  if (headersPath === undefined) return {};
  const response = await fetch(`http://127.0.0.1:${port}${headersPath}`);
  if (!response.ok) throw new Error(`${headersPath} answers HTTP ${response.status}`);
  const headers: Record<string, string> = JSON.parse(await response.text());
  return headers;
}

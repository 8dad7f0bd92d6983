import { signedHeaders } from '@tributary/runtime/testing/signed-headers';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { testSigningKey } from '../kit/subgraph-client.ts';

/** What to ask one subgraph, as a gateway that caches asks it. */
export interface Reading {
  readonly name: string;
  readonly subgraph: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Anonymous when left out. */
  readonly viewer?: Viewer;
}

/** An answer, with what the subgraph says of keeping it. */
export interface TaggedAnswer {
  /** As text, to be compared. */
  readonly data: string;
  readonly cacheControl: string | null;
  readonly tags: ReadonlySet<string>;
}

/** @throws Error when the answer has an error or no tags */
export async function askForTags(
  url: string,
  { subgraph, query, variables = {}, viewer }: Reading,
): Promise<TaggedAnswer> {
  const body = JSON.stringify({ query, variables });
  const signed = signedHeaders({ key: testSigningKey, subgraph, body, caller: { viewer: viewer ?? null } });
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tributary-cache-tags': '1', ...signed },
    body,
  });
  const { data, errors, extensions } = JSON.parse(await response.text());
  if (errors || !Array.isArray(extensions?.apolloCacheTags)) {
    throw new Error(`${query} was answered without tags: ${JSON.stringify({ errors, extensions })}`);
  }
  return {
    data: JSON.stringify(data),
    cacheControl: response.headers.get('cache-control'),
    tags: new Set(extensions.apolloCacheTags),
  };
}

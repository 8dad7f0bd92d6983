import { openStream, type StreamClient } from '@tributary/gateway/testing/stream-client';
import { eventually } from '../kit/eventually.ts';
import { line, placeGoodOrder } from '../kit/storefront.ts';
import type { TestGraph } from '../kit/test-graph.ts';
import type { AccessScene } from './access-scene.ts';
import { type AccountHolderName, accountHolderNames, type ViewerName, viewerNames } from './viewers.ts';

/** More than there is, so that orders are rejected and nothing in them is empty. */
const QUANTITY = 50;

/** What came of streams while everybody ordered. */
export interface HeardOrders {
  /** Of each document in turn, each viewer's stream. */
  readonly streams: readonly ReadonlyMap<ViewerName, StreamClient>[];
  /** The ids of everybody's orders, in turn. */
  readonly placed: Readonly<Record<AccountHolderName, readonly string[]>>;
}

/**
 * Opens the stream of each document for every viewer, and lets everybody with an account order twice. Whoever has heard of their
 * own second order would have heard of all first ones before, were they told of others' orders.
 *
 * @param url of a gateway where a viewer may have that many streams
 */
export async function hearOrders(
  url: string,
  documents: readonly string[],
  { graph, scene }: { graph: TestGraph; scene: AccessScene },
): Promise<HeardOrders> {
  const open = async (query: string, viewer: ViewerName): Promise<[ViewerName, StreamClient]> => {
    const token = scene.tokens[viewer];
    return [viewer, await openStream(url, { query, headers: token ? { authorization: `Bearer ${token}` } : {} })];
  };
  const streams = await Promise.all(
    documents.map(async (query) => new Map(await Promise.all(viewerNames.map((viewer) => open(query, viewer))))),
  );
  const placed = { customer: [], 'other customer': [], merchant: [], admin: [] } as Record<AccountHolderName, string[]>;
  const unended = streams.flatMap((byViewer) => accountHolderNames.map((viewer) => byViewer.get(viewer)));
  try {
    for (const round of [1, 2]) {
      for (const viewer of accountHolderNames) {
        const { id } = await placeGoodOrder(graph, scene.people[viewer], [line(scene.product, QUANTITY)]);
        placed[viewer].push(id);
      }
      await eventually(
        async () => unended.map((client) => client?.results().length ?? 0),
        (counts) => counts.every((count) => count >= round),
      );
    }
  } finally {
    await Promise.all(streams.flatMap((byViewer) => [...byViewer.values()].map((client) => client.close())));
  }
  return { streams, placed };
}

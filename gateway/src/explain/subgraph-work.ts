import { z } from 'zod';

const subgraphWork = z.object({
  statements: z
    .array(
      z.object({
        text: z.string(),
        database: z.string(),
        role: z.string(),
        node: z.string(),
        rows: z.number(),
        durationMs: z.number(),
      }),
    )
    .default([]),
  loaderBatches: z.array(z.object({ loader: z.string(), group: z.string(), keys: z.number() })).default([]),
  cacheReads: z
    .array(z.object({ cache: z.string(), keys: z.number(), hits: z.number(), isBypassed: z.boolean() }))
    .default([]),
});

/** What a subgraph did for one request: its SQL statements (text without values), the batches of its loaders and what its cache of entities had. */
export type SubgraphWork = z.output<typeof subgraphWork>;

/** The work that a subgraph reports in `extensions.tributary`; none when it reports nothing, as foreign subgraphs do. */
export function readSubgraphWork(extension: unknown): SubgraphWork {
  const parsed = subgraphWork.safeParse(extension);
  return parsed.success ? parsed.data : { statements: [], loaderBatches: [], cacheReads: [] };
}

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
});

/** What a subgraph did for one request: its SQL statements (text without values) and the batches of its loaders. */
export type SubgraphWork = z.output<typeof subgraphWork>;

/** The work that a subgraph reports in `extensions.tributary`; none when it reports nothing, as foreign subgraphs do. */
export function readSubgraphWork(extension: unknown): SubgraphWork {
  const parsed = subgraphWork.safeParse(extension);
  return parsed.success ? parsed.data : { statements: [], loaderBatches: [] };
}

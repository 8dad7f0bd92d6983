import { z } from 'zod';

/** What one request takes of a core, in ms, as `npm run bench` measured it. */
export interface MeasuredCosts {
  /** An answer that a gateway has kept. */
  readonly keptAnswerMs: number;
  /** A query of lists over four subgraphs that the gateway executes, signatures and all. */
  readonly executedQueryMs: number;
  /** Requests to subgraphs of that query. */
  readonly subgraphRequests: number;
  /** The answer of that query, in bytes. */
  readonly answerBytes: number;
  /** A subgraph's answer about 100 entities, its database left out. */
  readonly subgraphRequestMs: number;
}

const benchResult = z.object({
  sections: z.array(
    z.object({
      measurements: z.array(
        z.object({
          contenderId: z.string(),
          queryId: z.string(),
          checked: z.object({ bytes: z.number(), subgraphRequests: z.number() }),
          rounds: z
            .array(z.object({ saturated: z.object({ answers: z.number().positive(), cpuMs: z.number() }) }))
            .min(1),
        }),
      ),
    }),
  ),
});

/**
 * Reads `load/results/bench.json`.
 *
 * @throws Error when a measurement that is needed is not in it, ZodError when it is something else
 */
export function readMeasuredCosts(json: unknown): MeasuredCosts {
  const measurements = benchResult.parse(json).sections.flatMap((section) => section.measurements);
  const measured = (contender: string, query: string) => {
    const found = measurements.find(({ contenderId, queryId }) => contenderId === contender && queryId === query);
    if (!found) throw new Error(`the bench has not measured ${contender} with ${query}`);
    const costs = found.rounds.map(({ saturated }) => saturated.cpuMs / saturated.answers);
    return { ...found.checked, cpuMs: medianOf(costs) };
  };
  const executed = measured('tributary-secured', 'lists');
  return {
    keptAnswerMs: measured('tributary-answers', 'light-again').cpuMs,
    executedQueryMs: executed.cpuMs,
    subgraphRequests: executed.subgraphRequests,
    answerBytes: executed.bytes,
    subgraphRequestMs: measured('subgraph', 'entities').cpuMs,
  };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

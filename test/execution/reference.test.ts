import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { createCompiledExecutor, type ExecutorAnswer } from './executors.ts';
import { createMockGraph } from './mock-graph.ts';
import { generateOperation } from './operation-generator.ts';
import { createReferenceExecutor } from './reference-executor.ts';
import { smallGraphs } from './small-graphs.ts';

const RUNS = Number(process.env['TRIBUTARY_DIFFERENTIAL_RUNS'] ?? 50);
const SEED = Number(process.env['TRIBUTARY_DIFFERENTIAL_SEED'] ?? 1);
const TIMEOUT_MS = 20_000 + RUNS * 500;

/** Where one schema can have the values of all subgraphs: no value depends on how its subgraph is asked, and no type on which. */
const GRAPHS = ['provides', 'override', 'interface objects', 'shareable', 'several keys', 'unlike types', 'mutations'];

/** The data, and which of its nulls errors stand for: below one null an executor may report the first error or all. */
function comparable({ data, errors }: ExecutorAnswer): { data: unknown; nulls: string[] } {
  const plain: unknown = JSON.parse(JSON.stringify(data ?? null));
  return { data: plain, nulls: [...new Set(errors.map(({ path = [] }) => nullAt(plain, path)))].sort() };
}

function nullAt(data: unknown, path: readonly (string | number)[]): string {
  let value = data;
  for (const [depth, step] of path.entries()) {
    if (typeof value !== 'object' || value === null) return path.slice(0, depth).join('.');
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return path.join('.');
}

describe('the compiled executor answers as graphql-js does on one schema', () => {
  it.each(GRAPHS)(
    'on %s',
    async (name) => {
      const schemas = smallGraphs[name] ?? {};
      const graph = await createMockGraph(schemas);
      const [compiled, reference] = [createCompiledExecutor(graph), createReferenceExecutor(graph, schemas)];
      let answersWithData = 0;

      const cases = fc
        .record({
          numbers: fc.array(fc.nat(), { size: 'large', maxLength: 250 }),
          nullsPerMille: fc.constantFrom(0, 0, 100),
          errorsPerMille: fc.constantFrom(0, 0, 50),
        })
        .map(({ numbers, ...mood }) => ({ ...generateOperation(compiled.schema, numbers), mood }))
        .filter(({ source }) => validate(compiled.schema, parse(source)).length === 0);

      await fc.assert(
        fc.asyncProperty(cases, async ({ source, variables, mood }) => {
          Object.assign(graph.mood, mood);
          const [answer, expected] = [
            await compiled.execute(parse(source), variables),
            await reference.execute(parse(source), variables),
          ];
          expect(comparable(answer)).toEqual(comparable(expected));
          if (answer.data) answersWithData++;
        }),
        { numRuns: RUNS, seed: SEED },
      );
      expect(answersWithData).toBeGreaterThan(RUNS / 2);
    },
    TIMEOUT_MS,
  );
});

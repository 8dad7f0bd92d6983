import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { separateClientNames } from '@tributary/gateway/planning/client-aliases';
import { computedFieldsOf, withConditionsApart } from '@tributary/gateway/planning/conditions-apart';
import { withKeptObjects } from '@tributary/gateway/planning/kept-objects';
import { plannerNamesOf } from '@tributary/gateway/planning/planner-names';
import fc from 'fast-check';
import { type GraphQLSchema, isAbstractType, isIntrospectionType, parse, print, validate } from 'graphql';
import { comparable } from './compare-answers.ts';
import { createCompiledExecutor, createStockExecutor, withoutInterfaceNames } from './executors.ts';
import { createMockGraph } from './mock-graph.ts';
import { type GeneratedOperation, generateOperation } from './operation-generator.ts';
import { smallGraphs } from './small-graphs.ts';

/** Operations a graph; `TRIBUTARY_DIFFERENTIAL_RUNS=500 npm test -- test/execution` compares more than five thousand. */
const RUNS = Number(process.env['TRIBUTARY_DIFFERENTIAL_RUNS'] ?? 28);
const SEED = Number(process.env['TRIBUTARY_DIFFERENTIAL_SEED'] ?? 1);
const TIMEOUT_MS = 20_000 + RUNS * 500;

const SUBGRAPHS = ['accounts', 'catalog', 'inventory', 'orders', 'reviews', 'notifications'];

async function marketplace(): Promise<Record<string, string>> {
  const schemas = SUBGRAPHS.map(async (name) => {
    const file = resolve(import.meta.dirname, `../../subgraphs/${name}/schema.graphql`);
    return [name, await readFile(file, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(schemas));
}

function hasAbstractTypes(schema: GraphQLSchema): boolean {
  return Object.values(schema.getTypeMap()).some((type) => isAbstractType(type) && !isIntrospectionType(type));
}

/** Whether conditions may leave nothing of an object that is asked for: the stock executor does not fetch it then. */
function mayLeaveObjectsEmpty(source: string): boolean {
  return print(withKeptObjects(parse(source.replaceAll('__typename', 'other')))).includes('__typename');
}

/** Whether literals decide something: the stock executor plans around them, and may ask another subgraph, or one more, which fails. */
function hasLiteralConditions(source: string): boolean {
  return /@(include|skip)\(if: (true|false)\)/.test(source);
}

/** A case as it is printed when it fails. */
class Case {
  readonly operation: GeneratedOperation;
  readonly mood: string;

  constructor(operation: GeneratedOperation, mood: string) {
    this.operation = operation;
    this.mood = mood;
  }

  [fc.toStringMethod](): string {
    return `${this.mood}: ${this.operation.source} ${JSON.stringify(this.operation.variables)}`;
  }
}

describe('the compiled executor answers as the stock one does', () => {
  const names = ['the marketplace', ...Object.keys(smallGraphs)];

  it.each(names)(
    'on %s',
    async (name) => {
      const schemas = smallGraphs[name] ?? (await marketplace());
      const graph = await createMockGraph(schemas);
      const stock = await createStockExecutor(graph, withoutInterfaceNames(graph));
      const compiled = createCompiledExecutor(graph);
      const plannerNames = plannerNamesOf(parse(graph.supergraphSdl));
      const computedFields = computedFieldsOf(parse(graph.supergraphSdl));
      const hasIndices = !hasAbstractTypes(compiled.schema);
      let answersWithData = 0;

      const cases = fc
        .record({
          numbers: fc.array(fc.nat(), { size: 'large', maxLength: 250 }),
          nullsPerMille: fc.constantFrom(0, 0, 100),
          errorsPerMille: fc.constantFrom(0, 0, 50),
          failing: fc.constantFrom(undefined, undefined, undefined, ...Object.keys(schemas)),
        })
        .map(({ numbers, failing, ...mood }) => {
          const described = `${JSON.stringify(mood)}, failing: ${failing ?? 'none'}`;
          return { case: new Case(generateOperation(compiled.schema, numbers), described), failing, mood };
        })
        .filter(({ case: { operation }, failing }) => {
          if (failing !== undefined && hasLiteralConditions(operation.source)) return false;
          const document = parse(operation.source);
          const { clientNames } = separateClientNames(document, plannerNames);
          // The stock executor takes one field for another there: that has its own tests.
          const isConfusing =
            graph.interfaceObjects.size > 0
              ? clientNames.size > 0
              : [...clientNames.values()].some((clientName) => plannerNames.has(clientName));
          return (
            !isConfusing && !mayLeaveObjectsEmpty(operation.source) && validate(compiled.schema, document).length === 0
          );
        });

      await fc.assert(
        fc.asyncProperty(cases, async ({ case: { operation }, failing, mood }) => {
          Object.assign(graph.mood, mood, { failing: new Set(failing === undefined ? [] : [failing]) });
          const document = parse(operation.source);
          const expected = await stock.execute(withConditionsApart(document, computedFields), operation.variables);
          const answer = await compiled.execute(document, operation.variables);

          expect(comparable(answer, hasIndices)).toEqual(comparable(expected, hasIndices));
          if (answer.data !== null) answersWithData++;
        }),
        { numRuns: RUNS, seed: SEED },
      );
      expect(answersWithData).toBeGreaterThan(RUNS / 2);
    },
    TIMEOUT_MS,
  );
});

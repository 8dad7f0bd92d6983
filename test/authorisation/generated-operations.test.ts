import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { requirementsOf } from '@tributary/gateway/authorisation/access-rules';
import type { AnswerError } from '@tributary/gateway/execution/failure-log';
import fc from 'fast-check';
import {
  extendSchema,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { generateOperation } from '../execution/operation-generator.ts';
import { createGuardedGraph, type GuardedGraph, viewerWith } from './guarded-graph.ts';

const RUNS = 28;
const SCOPES = ['orders:read', 'notifications:read', 'profile:read', 'stock:write', 'users:read'];
const ALL_SCOPES = [...SCOPES, 'orders:write', 'profile:write', 'catalog:write', 'reviews:write'];

it('of generated operations, what a viewer may not see is not fetched, and the rest is answered as to one who may', async () => {
  const graph = await createGuardedGraph(await marketplace());
  const operations = fc
    .array(fc.nat(), { size: 'large', maxLength: 250 })
    .map((numbers) => generateOperation(graph.schema, numbers))
    .filter(({ source }) => validate(graph.schema, parse(source)).length === 0);
  const viewers = fc.option(fc.subarray(SCOPES));
  let refusals = 0;

  await fc.assert(
    fc.asyncProperty(operations, viewers, async ({ source, variables }, scopes) => {
      const full = await graph.ask(source, viewerWith(...ALL_SCOPES), variables);
      const answer = await graph.ask(source, scopes && viewerWith(...scopes), variables);

      expect(full.errors).toEqual([]);
      expect(unmetFields(graph, answer.sent, scopes)).toEqual([]);
      expect(unexplained(answer.data, full.data, answer.errors, [])).toEqual([]);
      refusals += answer.errors.length;
    }),
    { numRuns: RUNS, seed: 1, endOnFailure: true },
  );
  expect(refusals).toBeGreaterThan(0);
}, 60_000);

async function marketplace(): Promise<Record<string, string>> {
  const names = ['accounts', 'catalog', 'inventory', 'orders', 'reviews', 'notifications'];
  const schemas = names.map(async (name) => {
    const file = new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url);
    return [name, await readFile(file, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(schemas));
}

/** The protected fields in operations that subgraphs were sent, whose requirements these scopes do not meet. */
function unmetFields({ schema, rules }: GuardedGraph, sent: readonly string[], scopes: readonly string[] | null) {
  const isMet = (index: number) => {
    const requirement = rules.requirements[index];
    if (requirement?.kind !== 'scopes') return scopes !== null;
    return requirement.anyOf.some((names) => names.every((name) => scopes?.includes(name)));
  };
  const unmet: string[] = [];
  const typeInfo = new TypeInfo(withEntities(schema));
  for (const text of sent) {
    const enter = (field: { name: { value: string } }) => {
      const type = typeInfo.getParentType()?.name ?? '';
      if (!requirementsOf(rules, type, field.name.value).every(isMet)) unmet.push(`${type}.${field.name.value}`);
    };
    visit(parse(text.replace(/^\w+: /, '')), visitWithTypeInfo(typeInfo, { Field: enter }));
  }
  return unmet;
}

function withEntities(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !isIntrospectionType(type));
  const federation = `
    scalar _Any
    union _Entity = ${types.map(({ name }) => name).join(' | ')}
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`;
  return extendSchema(schema, parse(federation), { assumeValidSDL: true });
}

/** Where an answer differs from the full one other than by a null that a refused field leaves, at its place or around it. */
function unexplained(
  answer: unknown,
  full: unknown,
  errors: readonly AnswerError[],
  path: readonly (string | number)[],
): string[] {
  if (answer === null && full !== null) {
    const isExplained = errors.some(({ path: at = [] }) => path.every((step, index) => isStep(step, at[index])));
    return isExplained ? [] : [path.join('.')];
  }
  if (answer === null || typeof answer !== 'object') return Object.is(answer, full) ? [] : [path.join('.')];
  const keys = Object.keys(answer);
  if (keys.join() !== Object.keys(Object(full)).join()) return [`keys of ${path.join('.')}`];
  return keys.flatMap((key) =>
    unexplained(Reflect.get(answer, key), Reflect.get(Object(full), key), errors, [
      ...path,
      Array.isArray(answer) ? Number(key) : key,
    ]),
  );
}

function isStep(step: string | number, ofError: string | number | undefined): boolean {
  return typeof step === 'number' ? ofError === '@' : step === ofError;
}

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLSchema, introspectionFromSchema, printSchema, validateSchema } from 'graphql';
import { forgetSyntax } from './forget-syntax.ts';

/** How many syntax trees there are in what a schema consists of, whatever of it refers to them. */
function treesIn(value: unknown, seen = new Set<unknown>()): number {
  if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
  seen.add(value);
  return Object.entries(value).reduce((sum, [name, part]) => {
    const isTree = (name === 'astNode' && part) || (name === 'extensionASTNodes' && part.length > 0);
    return sum + (isTree ? 1 : treesIn(part, seen));
  }, 0);
}

const described = (schema: GraphQLSchema) => [printSchema(schema), introspectionFromSchema(schema)];

describe('a schema without its syntax', () => {
  it('has no syntax tree left anywhere, and says the same of itself', async () => {
    const sdl = await readFile(resolve(import.meta.dirname, '../../supergraph.graphql'), 'utf8');
    const [whole, forgetful] = [buildSchema(sdl, { assumeValidSDL: true }), buildSchema(sdl, { assumeValidSDL: true })];
    forgetSyntax(forgetful);
    expect(treesIn(whole)).toBeGreaterThan(300);
    expect(treesIn(forgetful)).toBe(0);
    expect(described(forgetful)).toEqual(described(whole));
    expect(validateSchema(forgetful)).toEqual([]);
  });

  it('knows extensions by what they have added', () => {
    const schema = buildSchema(
      'type Query { a: Int } extend type Query { b(c: D = { e: F }): Int } input D { e: E } enum E { F }',
    );
    const before = described(schema);
    forgetSyntax(schema);
    expect(treesIn(schema)).toBe(0);
    expect(described(schema)).toEqual(before);
  });
});

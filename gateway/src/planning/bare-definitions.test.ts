import { describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { bareDefinitions } from './bare-definitions.ts';

const bareText = (sdl: string) => print(bareDefinitions(parse(sdl)));

describe('the bare definitions of a schema', () => {
  it('are its types, fields, arguments, values and defaults', () => {
    const sdl = [
      'schema {\n  query: Query\n}',
      'interface Node {\n  id: ID!\n}',
      'type Query implements Node {\n  id: ID!\n  colours(like: String = "red", first: Int = 5): [Colour!]\n}',
      'enum Colour {\n  RED\n  BLUE\n}',
      'input Wish {\n  colour: Colour! = RED\n}',
      'scalar Time',
      'union Any = Query',
    ].join('\n\n');

    expect(bareText(sdl)).toBe(sdl);
  });

  it('have no descriptions, directives or definitions of directives', () => {
    const sdl = `
      "How a graph is joined"
      directive @join("Which" graph: Graph! = A) repeatable on OBJECT | FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION
      schema @join(graph: A) { query: Query }
      "What there is" enum Graph @join { "The first" A @join(graph: A) }
      """What can be asked"""
      type Query @join(graph: A) { "One" one("Which" of: String = "description" @join(graph: A)): Int @join(graph: A) }`;

    expect(bareText(sdl)).toBe(
      [
        'schema {\n  query: Query\n}',
        'enum Graph {\n  A\n}',
        'type Query {\n  one(of: String = "description"): Int\n}',
      ].join('\n\n'),
    );
  });

  it('have no extensions of which nothing is left, and all others', () => {
    const sdl = `
      type Query { a: Int }
      scalar Time
      extend schema @a
      extend type Query @a
      extend scalar Time @a
      extend type Query @a { b: Int }`;

    expect(bareText(sdl)).toBe('type Query {\n  a: Int\n}\n\nscalar Time\n\nextend type Query {\n  b: Int\n}');
  });
});

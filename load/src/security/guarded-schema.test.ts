import { describe, expect, it } from '@jest/globals';
import { withGuards, withoutGuards } from './guarded-schema.ts';

const open = 'type Query {\n  one: Int @cost(weight: 1)\n  two: Int\n}';

describe('a schema with guards', () => {
  it('asks for a scope where it is told to, and keeps the rest', () => {
    expect(withGuards(open, { 'Query.one': 'one:read' })).toBe(
      'type Query {\n  one: Int @cost(weight: 1) @requiresScopes(scopes: [["one:read"]])\n  two: Int\n}',
    );
  });

  it('is refused for a field that is not there, or takes scopes already', () => {
    expect(() => withGuards(open, { 'Query.three': 'three:read' })).toThrow('the schema has no Query.three');
    const guarded = withGuards(open, { 'Query.one': 'one:read' });
    expect(() => withGuards(guarded, { 'Query.one': 'one:read' })).toThrow('Query.one takes scopes already');
  });
});

describe('a schema without guards', () => {
  it('says of nothing who may see it', () => {
    const guarded =
      'type Query {\n  one: Int @cost(weight: 1) @authenticated\n  two: Int @policy(policies: [["b"]])\n}';
    expect(withoutGuards(guarded)).toBe(open);
    expect(withoutGuards(withGuards(open, { 'Query.one': 'one:read' }))).toBe(open);
  });

  it('is refused where nothing was guarded', () => {
    expect(() => withoutGuards(open)).toThrow('the schema has no directive of authorisation');
  });
});

import { describe, expect, it } from '@jest/globals';
import { type ASTNode, GraphQLError, parse, visit } from 'graphql';
import { forgetLocations } from './document-memory.ts';

const SOURCE = 'query (\n  $a: Int = 1\n) { a { ...F } } fragment F on T { b(x: [$a, 2]) }';

function located(document: ASTNode): string[] {
  const kinds: string[] = [];
  visit(document, { enter: (node) => void (node.loc && kinds.push(node.kind)) });
  return kinds;
}

describe('a document that is kept', () => {
  it('has no locations but those of its variables', () => {
    const document = parse(SOURCE);
    forgetLocations(document);

    expect(located(document)).toEqual(['VariableDefinition']);
  });

  it('says where a variable is, and has nothing else of the text', () => {
    const document = parse(SOURCE);
    forgetLocations(document);

    const [operation] = document.definitions;
    const variable = operation?.kind === 'OperationDefinition' ? operation.variableDefinitions?.[0] : undefined;
    expect(new GraphQLError('no', { nodes: variable ?? [] }).locations).toEqual([{ line: 2, column: 3 }]);
    expect(variable?.loc?.startToken).toMatchObject({ prev: null, next: null });
    expect(variable?.loc?.endToken).toMatchObject({ prev: null, next: null });
  });

  it('is what it was otherwise', () => {
    const document = parse(SOURCE);
    forgetLocations(document);

    visit(document, { VariableDefinition: (node) => void Object.assign(node, { loc: undefined }) });
    expect(document).toEqual(parse(SOURCE, { noLocation: true }));
  });
});

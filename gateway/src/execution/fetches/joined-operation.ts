import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

/** An operation for entities, and by which names. */
export interface EntityOperation {
  readonly text: string;
  /** The lists that it asks for, in the order of the operations that were joined. */
  readonly lists: readonly EntityList[];
}

/** A list of entities of an operation. */
export interface EntityList {
  /** The key of the entities in the answer's data. */
  readonly key: string;
  /** The variable of the representations. */
  readonly variable: string;
}

/** What the planner calls them. */
const ENTITIES = '_entities';
const REPRESENTATIONS = 'representations';

/** An operation of the planner as it is. */
export function entityOperation(text: string): EntityOperation {
  return { text, lists: [{ key: ENTITIES, variable: REPRESENTATIONS }] };
}

/**
 * One operation that asks for what several of the planner do, each under keys and variables of its own. It is called as the first.
 * @param texts queries for entities of the same subgraph
 * @returns `undefined` where their variables or directives do not go together
 */
export function joinOperations(texts: readonly string[]): EntityOperation | undefined {
  const variables = new Map<string, VariableDefinitionNode>();
  const fields: FieldNode[] = [];
  let operationName = '';
  const fragments: DefinitionNode[] = [];
  const lists = texts.map((_, index) => ({ key: `entities${index}`, variable: `${REPRESENTATIONS}${index}` }));
  const taken = new Set(lists.map(({ variable }) => variable));

  for (const [index, { key, variable }] of lists.entries()) {
    for (const definition of withOwnNames(parse(texts[index] ?? '', { noLocation: true }), variable, index)) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) {
        fragments.push(definition);
        continue;
      }
      if (definition.directives?.length) return undefined;
      if (index === 0) operationName = definition.name?.value ?? '';
      for (const declared of definition.variableDefinitions ?? []) {
        const { value: name } = declared.variable.name;
        const known = variables.get(name);
        if (known && print(known) !== print(declared)) return undefined;
        if (taken.has(name) && name !== variable) return undefined;
        variables.set(name, declared);
      }
      for (const selection of definition.selectionSet.selections) {
        if (selection.kind !== Kind.FIELD || selection.name.value !== ENTITIES) return undefined;
        fields.push({ ...selection, alias: { kind: Kind.NAME, value: key } });
      }
    }
  }
  if (fields.length !== lists.length) return undefined;
  const declarations = [...variables.values()].map(print).join(',');
  const operation = `query ${operationName}(${declarations}){${fields.map(print).join(' ')}}`;
  return { text: stripIgnoredCharacters([operation, ...fragments.map(print)].join(' ')), lists };
}

/** The same with another variable for its representations, and fragments that no other of the joined operations has. */
function withOwnNames(document: DocumentNode, representations: string, index: number): readonly DefinitionNode[] {
  const renamed = visit(document, {
    Variable: (node) =>
      node.name.value === REPRESENTATIONS ? { ...node, name: { ...node.name, value: representations } } : undefined,
    FragmentSpread: (node) => ({ ...node, name: { ...node.name, value: `${node.name.value}_${index}` } }),
    FragmentDefinition: (node) => ({ ...node, name: { ...node.name, value: `${node.name.value}_${index}` } }),
  });
  return renamed.definitions;
}

import { type DirectiveNode, Kind, parse, print, visit } from 'graphql';

/** The directives that say who may see what. */
const NAMES = new Set(['authenticated', 'requiresScopes', 'policy']);

/**
 * The schema of a subgraph that says of nothing who may see it.
 * @throws Error when it said so of nothing before: then it is not the one that was meant
 */
export function withoutGuards(sdl: string): string {
  let removed = 0;
  const schema = visit(parse(sdl), {
    Directive: ({ name }) => {
      if (!NAMES.has(name.value)) return undefined;
      removed += 1;
      return null;
    },
  });
  if (removed === 0) throw new Error('the schema has no directive of authorisation');
  return print(schema);
}

/**
 * The same schema with fields that take a scope each; it has to import `@requiresScopes` already.
 * @param scopes by coordinate, such as `Product.price`
 * @throws Error for a field that is not there, and for one that takes scopes already
 */
export function withGuards(sdl: string, scopes: Readonly<Record<string, string>>): string {
  const left = new Map(Object.entries(scopes));
  const schema = visit(parse(sdl), {
    ObjectTypeDefinition: (type) => ({
      ...type,
      fields: type.fields?.map((field) => {
        const coordinate = `${type.name.value}.${field.name.value}`;
        const scope = left.get(coordinate);
        if (scope === undefined) return field;
        if (field.directives?.some(({ name }) => NAMES.has(name.value))) {
          throw new Error(`${coordinate} takes scopes already`);
        }
        left.delete(coordinate);
        return { ...field, directives: [...(field.directives ?? []), requiresScope(scope)] };
      }),
    }),
  });
  if (left.size > 0) throw new Error(`the schema has no ${[...left.keys()].join(' and no ')}`);
  return print(schema);
}

function requiresScope(scope: string): DirectiveNode {
  const [directive] = parse(`scalar Any @requiresScopes(scopes: [[${JSON.stringify(scope)}]])`).definitions.flatMap(
    (definition) => (definition.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : []),
  );
  if (!directive) throw new Error('a directive is not parsed as one');
  return directive;
}

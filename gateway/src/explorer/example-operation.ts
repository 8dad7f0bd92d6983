import { getOperationAST, parse } from 'graphql';

/** An operation to begin with. */
export interface ExampleOperation {
  /** The subgraph that it is about. */
  readonly group: string;
  /** As people read it: `Place an order`. */
  readonly name: string;
  readonly description: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The account that it is meant for; absent where anybody may ask it. */
  readonly viewer?: string;
}

/**
 * Reads an example: one named operation below a comment that says what it shows, whose last line may be `viewer: Name`.
 *
 * @throws GraphQLError for what is no GraphQL; Error for what is not one named operation
 */
export function exampleOperation(
  group: string,
  text: string,
  variables: Readonly<Record<string, unknown>>,
): ExampleOperation {
  const name = getOperationAST(parse(text, { noLocation: true }))?.name?.value;
  if (name === undefined) throw new Error(`an example of ${group} is not one named operation`);
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  const comments = lines.slice(0, end).map((line) => line.replace(/^#\s*/, ''));
  const viewer = comments.flatMap((line) => /^viewer: (.+)$/.exec(line)?.[1] ?? [])[0];
  return {
    group,
    name: asWords(name),
    description: comments.filter((line) => !line.startsWith('viewer: ')).join(' '),
    query: lines.slice(end).join('\n').trimStart(),
    variables,
    ...(viewer !== undefined && { viewer }),
  };
}

/** `CheapestProducts` as `Cheapest products`. */
function asWords(name: string): string {
  const words = name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

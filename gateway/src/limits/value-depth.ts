import { type ArgumentNode, Kind, type ValueNode } from 'graphql';

/** How many lists and objects of a literal are within each other; the parser, which recurses too, has bounded it. */
export function valueDepth(value: ValueNode): number {
  if (value.kind === Kind.LIST) return 1 + deepest(value.values);
  if (value.kind === Kind.OBJECT) return 1 + deepest(value.fields.map((field) => field.value));
  return 0;
}

/** The depth of the deepest argument, 0 without any. */
export function argumentsDepth(args: readonly ArgumentNode[] = []): number {
  return deepest(args.map(({ value }) => value));
}

function deepest(values: readonly ValueNode[]): number {
  return values.reduce((depth, value) => Math.max(depth, valueDepth(value)), 0);
}

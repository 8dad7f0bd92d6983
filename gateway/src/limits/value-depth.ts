import { Kind, type ValueNode } from 'graphql';

/** How many lists and objects of a literal are within each other; the parser, which recurses too, has bounded it. */
export function valueDepth(value: ValueNode): number {
  let deepest = 0;
  if (value.kind === Kind.LIST) {
    for (const item of value.values) deepest = Math.max(deepest, valueDepth(item));
    return deepest + 1;
  }
  if (value.kind === Kind.OBJECT) {
    for (const field of value.fields) deepest = Math.max(deepest, valueDepth(field.value));
    return deepest + 1;
  }
  return 0;
}

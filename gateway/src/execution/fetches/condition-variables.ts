import { type DocumentNode, Kind, visit } from 'graphql';

/** The variables by which `@skip` and `@include` decide what is selected, sorted. */
export function conditionVariablesOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: [argument] = [] }) {
      const isCondition = name.value === 'skip' || name.value === 'include';
      if (isCondition && argument?.value.kind === Kind.VARIABLE) names.add(argument.value.name.value);
      return false;
    },
  });
  return [...names].sort();
}

import { type DocumentNode, visit } from 'graphql';
import { parseFieldSet, stringArgument } from './field-set.ts';

/**
 * The response keys under which the planner asks for what it needs itself: type names, keys and required fields.
 * @param supergraph as composition makes it
 */
export function plannerNamesOf(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set(['__typename']);
  visit(supergraph, {
    Directive(directive) {
      const { value: directiveName } = directive.name;
      const argument = { join__type: 'key', join__field: 'requires' }[directiveName];
      const fieldSet = argument && stringArgument(directive, argument);
      if (fieldSet) addNames(fieldSet, names);
      return false;
    },
  });
  return names;
}

function addNames(fieldSet: string, names: Set<string>): void {
  visit(parseFieldSet(fieldSet), { Field: ({ name }) => void names.add(name.value) });
}

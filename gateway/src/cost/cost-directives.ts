import { type DirectiveNode, type DocumentNode, Kind } from 'graphql';
import { untypedArgument } from '../authorisation/access-directives.ts';

/** The names that a supergraph knows the directives of the cost specification by; a link may give them others. */
export interface CostDirectiveNames {
  readonly cost: string;
  readonly listSize: string;
}

const SPECIFICATION = 'https://specs.apollo.dev/cost/';

/**
 * @returns `undefined` where the supergraph says nothing of costs
 * @see https://specs.apollo.dev/link/v1.0/#Import
 */
export function costDirectiveNames(supergraph: DocumentNode): CostDirectiveNames | undefined {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    const link = definition.directives?.find((directive) =>
      String(untypedArgument(directive, 'url')).startsWith(SPECIFICATION),
    );
    if (link) return namesGivenBy(link);
  }
  return undefined;
}

/** What is not imported has the name of the specification in front, but for the directive that is named like it. */
function namesGivenBy(link: DirectiveNode): CostDirectiveNames {
  const specification = String(untypedArgument(link, 'as') ?? 'cost');
  const imported = new Map<string, string>();
  const imports = untypedArgument(link, 'import');
  for (const entry of Array.isArray(imports) ? imports : []) {
    const { name, as } = typeof entry === 'string' ? { name: entry, as: undefined } : Object(entry);
    imported.set(String(name), String(as ?? name).slice(1));
  }
  return {
    cost: imported.get('@cost') ?? specification,
    listSize: imported.get('@listSize') ?? `${specification}__listSize`,
  };
}

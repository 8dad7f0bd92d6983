import { type DirectiveNode, type DocumentNode, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

/** The directives by which subgraphs say who may see a type or a field. */
export const accessDirectives = ['authenticated', 'requiresScopes', 'policy'] as const;
export type AccessDirective = (typeof accessDirectives)[number];

const SPECIFICATION =
  /^https:\/\/specs\.apollo\.dev\/(?<name>authenticated|requiresScopes|policy)(?:\/(?<version>[^/]*))?\/?$/;
const KNOWN_VERSION = 'v0.1';

/**
 * By which names a supergraph knows the directives that protect it: a link may give them others.
 * @throws Error when it links a version of them that we cannot enforce
 * @see https://specs.apollo.dev/link/v1.0/#Import
 */
export function accessDirectivesOf(supergraph: DocumentNode): ReadonlyMap<string, AccessDirective> {
  const names = new Map<string, AccessDirective>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      const is = linkedBy(link);
      if (is) names.set(nameGivenBy(link, is), is);
    }
  }
  return names;
}

/**
 * The directive that a `@link` brings in, if it is one of these.
 * @throws Error when its version is not known
 */
export function linkedBy(link: DirectiveNode): AccessDirective | undefined {
  const { name, version } = SPECIFICATION.exec(String(untypedArgument(link, 'url')))?.groups ?? {};
  const is = accessDirectives.find((known) => known === name);
  if (is && version !== KNOWN_VERSION) {
    throw new Error(`the supergraph links ${is} in a version that is not known: ${version || 'none'}`);
  }
  return is;
}

/** An import names the directive itself; otherwise it has the name of its specification, or of what stands for that here. */
function nameGivenBy(link: DirectiveNode, is: AccessDirective): string {
  for (const entry of list(untypedArgument(link, 'import'))) {
    const { name, as } = typeof entry === 'string' ? { name: entry, as: undefined } : Object(entry);
    if (name === `@${is}`) return String(as ?? name).slice(1);
  }
  return String(untypedArgument(link, 'as') ?? is);
}

/** An argument's value as plain JavaScript; `undefined` where there is none. */
export function untypedArgument(directive: DirectiveNode, name: string): unknown {
  const value: ValueNode | undefined = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value && valueFromASTUntyped(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

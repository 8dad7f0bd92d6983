import {
  type DirectiveDefinitionNode,
  type DocumentNode,
  isTypeExtensionNode,
  Kind,
  print,
  specifiedScalarTypes,
  type TypeNode,
  visit,
} from 'graphql';
import { parseSupergraph } from '../supergraph/supergraph-file.ts';
import { type AccessDirective, accessDirectivesOf, linkedBy } from './access-directives.ts';
import { type AccessRules, readAccessRules } from './access-rules.ts';

/** A supergraph that anybody can load, and who may see what in it. */
export interface ProtectedSupergraph {
  /** Without the directives that protect it, which Apollo's libraries refuse. */
  readonly sdl: string;
  /** The same, parsed. */
  readonly document: DocumentNode;
  /** `undefined` where it protects nothing. */
  readonly rules: AccessRules | undefined;
}

/**
 * Takes the directives of authorisation out of a supergraph.
 * @throws Error when one of them is not understood; StartError with the line and column when this is not GraphQL
 */
export function readProtectedSupergraph(sdl: string): ProtectedSupergraph {
  const composed = parseSupergraph(sdl, 'supergraph');
  const names = accessDirectivesOf(composed);
  if (names.size === 0) return { sdl, document: composed, rules: undefined };
  refuseExtensions(composed);
  const document = withoutDirectives(composed, names);
  return { sdl: print(document), document, rules: readAccessRules(composed, names) };
}

/** Composition makes none. What an extension asks for, and what its fields inherit, would not be enforced. */
function refuseExtensions({ definitions }: DocumentNode): void {
  const extension = definitions.find(isTypeExtensionNode);
  if (!extension) return;
  const { value: type } = extension.name;
  throw new Error(`the supergraph protects fields and extends ${type}: write all of ${type} into its definition`);
}

/** The links, the definitions and the uses; and the scalars of the definitions, which would be in the API otherwise. */
function withoutDirectives(document: DocumentNode, names: ReadonlyMap<string, AccessDirective>): DocumentNode {
  const scalars = new Set<string>();
  visit(document, {
    DirectiveDefinition(definition) {
      if (names.has(definition.name.value)) for (const name of scalarsOf(definition)) scalars.add(name);
      return false;
    },
  });
  return visit(document, {
    DirectiveDefinition: ({ name }) => (names.has(name.value) ? null : false),
    ScalarTypeDefinition: ({ name }) => (scalars.has(name.value) ? null : undefined),
    Directive: (directive) => (names.has(directive.name.value) || linkedBy(directive) ? null : false),
  });
}

function scalarsOf({ arguments: definitions = [] }: DirectiveDefinitionNode): string[] {
  const isOwn = (name: string) => specifiedScalarTypes.every((scalar) => scalar.name !== name);
  return definitions.map(({ type }) => nameOf(type)).filter(isOwn);
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

import type { ConstDirectiveNode } from 'graphql';
import { z } from 'zod';
import { type AccessDirective, untypedArgument } from './access-directives.ts';

/** Names that have to hold together, in alternatives of which one is enough. */
export type AnyOf = readonly (readonly string[])[];

/** What one directive asks of the viewer. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly anyOf: AnyOf }
  | { readonly kind: 'policies'; readonly anyOf: AnyOf };

const anyOfSchema = z.array(z.array(z.string()));

/**
 * What a directive in a supergraph asks for.
 * @throws Error when its argument is not a list of lists of names
 */
export function readRequirement(directive: ConstDirectiveNode, is: AccessDirective): Requirement {
  switch (is) {
    case 'authenticated':
      return { kind: 'authenticated' };
    case 'requiresScopes':
      return { kind: 'scopes', anyOf: readAnyOf(directive, 'scopes') };
    case 'policy':
      return { kind: 'policies', anyOf: readAnyOf(directive, 'policies') };
  }
}

function readAnyOf(directive: ConstDirectiveNode, argument: string): AnyOf {
  const anyOf = anyOfSchema.safeParse(untypedArgument(directive, argument));
  if (anyOf.success) return anyOf.data;
  throw new Error(`@${directive.name.value} of the supergraph has no ${argument}: expected a list of lists of names`);
}

/** Whether one of the alternatives holds altogether. Without any alternative nobody gets in. */
export function isMet(anyOf: AnyOf, holds: (name: string) => boolean): boolean {
  return anyOf.some((names) => names.every(holds));
}

/** Whether whoever meets all of `given` meets `wanted` too. */
export function isImplied(wanted: Requirement, given: readonly Requirement[]): boolean {
  if (wanted.kind === 'authenticated') return given.some(({ kind }) => kind === 'authenticated');
  const alternatives = given.reduce<AnyOf>(
    (together, requirement) =>
      requirement.kind === wanted.kind
        ? together.flatMap((names) => requirement.anyOf.map((more) => [...names, ...more]))
        : together,
    [[]],
  );
  return alternatives.every((names) => isMet(wanted.anyOf, (name) => names.includes(name)));
}

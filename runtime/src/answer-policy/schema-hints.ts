import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isCompositeType,
  Kind,
} from 'graphql';
import { type CacheHint, type CacheScope, UNCACHEABLE } from './cache-hint.ts';

/**
 * The hint for a field by the schema's `@cacheControl`, as Apollo Server reads it: that of its type, overruled by its own. Without
 * either, a field at the root and one of objects is not to be cached, and one of scalars is as what is around it.
 *
 * @see https://www.apollographql.com/docs/apollo-server/performance/caching
 */
export function fieldHint(field: GraphQLField<unknown, unknown>, { isRoot }: { isRoot: boolean }): CacheHint {
  const type = getNamedType(field.type);
  const isComposite = isCompositeType(type);
  const ofType = isComposite ? annotationOf(type) : {};
  const ofField = annotationOf(field);
  const inheritsMaxAge = !isRoot && (!isComposite || ofType.inheritsMaxAge || ofField.inheritsMaxAge);
  const defaultMaxAgeS = inheritsMaxAge ? undefined : UNCACHEABLE.maxAgeS;
  return {
    maxAgeS: ofField.maxAgeS ?? ofType.maxAgeS ?? defaultMaxAgeS,
    scope: ofField.scope ?? ofType.scope,
  };
}

/** The hint for an entity that a reference is answered with. Unless its type says so it is not to be cached. */
export function entityHint(type: GraphQLNamedType): CacheHint {
  const { maxAgeS, scope } = annotationOf(type);
  return { maxAgeS: maxAgeS ?? UNCACHEABLE.maxAgeS, scope };
}

/** What one `@cacheControl` says. */
interface CacheAnnotation extends CacheHint {
  /** Of the field around it. */
  readonly inheritsMaxAge?: boolean;
}

interface Definition {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

interface Annotated {
  readonly astNode?: Definition | null | undefined;
  readonly extensionASTNodes?: readonly Definition[];
}

function annotationOf({ astNode, extensionASTNodes = [] }: Annotated): CacheAnnotation {
  const directive = [astNode, ...extensionASTNodes]
    .flatMap((definition) => definition?.directives ?? [])
    .find(({ name }) => name.value === 'cacheControl');
  if (!directive) return {};
  const argument = (name: string) => directive.arguments?.find((each) => each.name.value === name)?.value;
  const scope = scopeOf(argument('scope'));
  const inherits = argument('inheritMaxAge');
  if (inherits?.kind === Kind.BOOLEAN && inherits.value) return { inheritsMaxAge: true, scope };
  const maxAge = argument('maxAge');
  return { maxAgeS: maxAge?.kind === Kind.INT ? Number(maxAge.value) : undefined, scope };
}

function scopeOf(value: ConstValueNode | undefined): CacheScope | undefined {
  if (value?.kind !== Kind.ENUM) return undefined;
  return value.value === 'PUBLIC' || value.value === 'PRIVATE' ? value.value : undefined;
}

import { describe, expect, it } from '@jest/globals';
import { type CacheHint, narrowerHint } from '@tributary/runtime/answer-policy/cache-hint';
import { entityHint, fieldHint } from '@tributary/runtime/answer-policy/schema-hints';
import { type ConstDirectiveNode, getNamedType, isCompositeType } from 'graphql';
import { queryRows } from '../authorisation/access-rows.ts';
import { entitiesOf, objectTypesOf, type ReadField, readFieldsOf, subgraphSchema } from './subgraph-schemas.ts';

const subgraphs = ['accounts', 'catalog', 'inventory', 'notifications', 'orders', 'reviews'].map((name) => {
  const schema = subgraphSchema(name);
  return { name, schema, fields: readFieldsOf(schema), entities: entitiesOf(schema) };
});

/** What answers to a viewer by who they are, though anybody may ask for it. */
const ofTheViewer = ['Query.me'];
const protectedFields = [...queryRows.map(({ field }) => field), ...ofTheViewer];

/** Every way in which a subgraph answers one of these fields: which way, and the hint that holds in it. */
const ways = subgraphs.flatMap(({ name, schema, fields, entities }) =>
  fields.filter(isProtected).flatMap((read) => {
    const own = fieldHint(read.field, read);
    const byReference = entities
      .filter((type) => type === read.parent)
      .map((type) => ({ by: `a reference to ${type.name}`, hint: narrowerHint(entityHint(type), own) }));
    const byField = fields
      .filter(({ field }) => objectTypesOf(schema, field).includes(read.parent))
      .map((from) => ({ by: nameOf(from), hint: narrowerHint(fieldHint(from.field, from), own) }));
    const byRoot = read.isRoot ? [{ by: 'itself', hint: own }] : [];
    return [...byReference, ...byField, ...byRoot].map((way) => ({ subgraph: name, field: nameOf(read), ...way }));
  }),
);

describe('what is for some viewers only is never cached for everybody', () => {
  it.each(ways)('$field in $subgraph by $by', ({ hint }) => {
    expect({ hint, isForEverybody: isForEverybody(hint) }).toMatchObject({ isForEverybody: false });
  });

  it('whichever field it is', () => {
    expect(new Set(ways.map(({ field }) => field))).toEqual(new Set(protectedFields));
  });
});

describe.each(subgraphs)('the schema of $name says how its answers may be cached:', ({ fields, entities }) => {
  it.each(fields.filter(needsHint).map((read) => ({ name: nameOf(read), read })))('$name', ({ read }) => {
    const type = getNamedType(read.field.type);
    const hints = [read.field.astNode, type.astNode].flatMap(argumentsOfHint);
    expect(hints).toContainEqual(read.isRoot ? 'maxAge' : expect.stringMatching(/^(maxAge|inheritMaxAge)$/));
  });

  it.each(entities.map((type) => ({ name: type.name, type })))('the entity $name', ({ type }) => {
    expect(argumentsOfHint(type.astNode)).toContain('maxAge');
  });
});

function isProtected(read: ReadField): boolean {
  return protectedFields.includes(nameOf(read));
}

/** A scalar is as what is around it, unless there is nothing. */
function needsHint({ field, isRoot }: ReadField): boolean {
  return isRoot || isCompositeType(getNamedType(field.type));
}

function nameOf({ parent, field }: ReadField): string {
  return `${parent.name}.${field.name}`;
}

function argumentsOfHint(
  definition: { readonly directives?: readonly ConstDirectiveNode[] } | null | undefined,
): readonly string[] {
  const hint = definition?.directives?.find(({ name }) => name.value === 'cacheControl');
  return hint?.arguments?.map(({ name }) => name.value) ?? [];
}

function isForEverybody({ maxAgeS, scope }: CacheHint): boolean {
  return maxAgeS !== 0 && scope !== 'PRIVATE';
}

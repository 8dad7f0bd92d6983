import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import type { LintFinding } from './lint-schema.ts';
import type { SchemaChange } from './schema-change.ts';

const REMOVALS = new Set(['FIELD_REMOVED', 'INPUT_FIELD_REMOVED', 'ENUM_VALUE_REMOVED']);

/** What was taken away from clients that had not been told to leave it. */
export function findUnannouncedRemovals(changes: readonly SchemaChange[], base: GraphQLSchema): LintFinding[] {
  return changes
    .filter(({ kind, coordinate }) => REMOVALS.has(kind) && !isDeprecated(coordinate, base))
    .map(({ coordinate }) => ({
      rule: 'removed-without-deprecation',
      coordinate,
      message: 'was removed before it was deprecated',
    }));
}

function isDeprecated(coordinate: string, schema: GraphQLSchema): boolean {
  const [typeName = '', member = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  if (isEnumType(type)) return isSaidOf(type.getValue(member));
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) return isSaidOf(type.getFields()[member]);
  return false;
}

function isSaidOf(member: { deprecationReason?: string | null | undefined } | null | undefined): boolean {
  return typeof member?.deprecationReason === 'string';
}

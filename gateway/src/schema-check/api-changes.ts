import { CriticalityLevel, diff, type SerializableChange } from '@graphql-inspector/core';
import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { outputTypesOf } from './output-types.ts';
import type { SchemaChange, Severity } from './schema-change.ts';

const severities: Readonly<Record<CriticalityLevel, Severity>> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
};

/** What clients can see of the difference between two schemas, as GraphQL Inspector finds it. */
export async function findApiChanges(base: GraphQLSchema, next: GraphQLSchema): Promise<SchemaChange[]> {
  const differences = await diff(base, next);
  return differences.flatMap(({ type, meta, message, path, criticality }): SchemaChange[] => {
    // What a directive on a definition means to clients is told by what it does, for example to deprecate.
    if (type.startsWith('DIRECTIVE_USAGE_')) return [];
    const change: SerializableChange = { type, meta };
    const coordinate = coordinateOf(change, path ?? 'schema');
    const severity = severityOf(change, severities[criticality.level], next);
    return [{ severity, kind: type, coordinate, message, affects: affectedBy(change, coordinate) }];
  });
}

/** Where we think otherwise than GraphQL Inspector. */
function severityOf(change: SerializableChange, severity: Severity, next: GraphQLSchema): Severity {
  switch (change.type) {
    // Nobody has to send it.
    case 'FIELD_ARGUMENT_ADDED':
    case 'INPUT_FIELD_ADDED':
      return severity === 'dangerous' ? 'safe' : severity;
    // Only a value that somebody is sent can surprise.
    case 'ENUM_VALUE_ADDED':
      return isSent(next, change.meta.enumName) ? severity : 'safe';
    // Whoever has left it to the default is refused.
    case 'FIELD_ARGUMENT_DEFAULT_CHANGED':
    case 'INPUT_FIELD_DEFAULT_VALUE_CHANGED':
      return hasToBeGiven(change, next) ? 'breaking' : severity;
    default:
      return severity;
  }
}

function hasToBeGiven(
  change: Extract<SerializableChange, { type: 'FIELD_ARGUMENT_DEFAULT_CHANGED' | 'INPUT_FIELD_DEFAULT_VALUE_CHANGED' }>,
  schema: GraphQLSchema,
): boolean {
  if (change.type === 'INPUT_FIELD_DEFAULT_VALUE_CHANGED') {
    const type = schema.getType(change.meta.inputName);
    const field = isInputObjectType(type) ? type.getFields()[change.meta.inputFieldName] : undefined;
    return field !== undefined && isRequiredInputField(field);
  }
  const { typeName, fieldName, argumentName } = change.meta;
  const type = schema.getType(typeName);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  return field?.args.some((argument) => argument.name === argumentName && isRequiredArgument(argument)) ?? false;
}

function isSent(schema: GraphQLSchema, enumName: string): boolean {
  const type = schema.getType(enumName);
  return isEnumType(type) && outputTypesOf(schema).has(type.name);
}

function coordinateOf(change: SerializableChange, path: string): string {
  switch (change.type) {
    case 'FIELD_ARGUMENT_ADDED':
      return `${change.meta.typeName}.${change.meta.fieldName}(${change.meta.addedArgumentName}:)`;
    case 'FIELD_ARGUMENT_REMOVED':
      return `${change.meta.typeName}.${change.meta.fieldName}(${change.meta.removedFieldArgumentName}:)`;
    case 'FIELD_ARGUMENT_TYPE_CHANGED':
    case 'FIELD_ARGUMENT_DEFAULT_CHANGED':
    case 'FIELD_ARGUMENT_DESCRIPTION_CHANGED':
      return `${change.meta.typeName}.${change.meta.fieldName}(${change.meta.argumentName}:)`;
    default:
      return path.replace(/\.@\w+$/, '').replace(/^(@\w+)\.(\w+)$/, '$1($2:)');
  }
}

function affectedBy(change: SerializableChange, coordinate: string): SchemaChange['affects'] {
  switch (change.type) {
    case 'SCHEMA_QUERY_TYPE_CHANGED':
    case 'SCHEMA_MUTATION_TYPE_CHANGED':
    case 'SCHEMA_SUBSCRIPTION_TYPE_CHANGED':
      return 'everything';
    // Whoever leaves out what has to be given now uses the field, not the argument.
    case 'FIELD_ARGUMENT_ADDED':
    case 'FIELD_ARGUMENT_DEFAULT_CHANGED':
      return [`${change.meta.typeName}.${change.meta.fieldName}`];
    case 'FIELD_ARGUMENT_TYPE_CHANGED': {
      const { typeName, fieldName, oldArgumentType, newArgumentType } = change.meta;
      return [isNowRequired(oldArgumentType, newArgumentType) ? `${typeName}.${fieldName}` : coordinate];
    }
    case 'INPUT_FIELD_ADDED':
    case 'INPUT_FIELD_DEFAULT_VALUE_CHANGED':
      return [change.meta.inputName];
    case 'INPUT_FIELD_TYPE_CHANGED': {
      const { inputName, oldInputFieldType, newInputFieldType } = change.meta;
      return [isNowRequired(oldInputFieldType, newInputFieldType) ? inputName : coordinate];
    }
    case 'ENUM_VALUE_ADDED':
      return [change.meta.enumName];
    case 'UNION_MEMBER_REMOVED':
      return [change.meta.removedUnionMemberTypeName];
    case 'OBJECT_TYPE_INTERFACE_REMOVED':
      return [change.meta.objectTypeName, change.meta.removedInterfaceName];
    default:
      return [coordinate];
  }
}

function isNowRequired(oldType: string, newType: string): boolean {
  return newType.endsWith('!') && !oldType.endsWith('!');
}

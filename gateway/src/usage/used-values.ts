import { type GraphQLInputType, getNullableType, isEnumType, isInputObjectType, isListType } from 'graphql';
import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';
import type { ReadOperation } from './used-operation.ts';

/** Of a list: what more of it uses is what others use, too. */
const MOST_ITEMS = 100;
/** A type may hold itself; what is deeper uses what is above it. */
const MOST_LEVELS = 100;

/** The coordinates of input types, their fields and values of enums that the variables of one request hold. */
export function usedValues(inputs: ReadOperation['inputs'], variables: Readonly<JsonObject>): Set<string> {
  const used = new Set<string>();
  for (const { variable, type } of inputs) noteValue(variables[variable], type, used, MOST_LEVELS);
  return used;
}

function noteValue(value: unknown, type: GraphQLInputType, used: Set<string>, levels: number): void {
  if (value === undefined || value === null || levels === 0) return;
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const items: unknown[] = Array.isArray(value) ? value.slice(0, MOST_ITEMS) : [value];
    for (const item of items) noteValue(item, nullable.ofType, used, levels - 1);
  } else if (isEnumType(nullable)) {
    if (typeof value === 'string' && nullable.getValue(value)) used.add(`${nullable.name}.${value}`);
  } else if (isInputObjectType(nullable) && isJsonObject(value)) {
    used.add(nullable.name);
    for (const field of Object.values(nullable.getFields())) {
      if (!Object.hasOwn(value, field.name)) continue;
      used.add(`${nullable.name}.${field.name}`);
      noteValue(value[field.name], field.type, used, levels - 1);
    }
  }
}

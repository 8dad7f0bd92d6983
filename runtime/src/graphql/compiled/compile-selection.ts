import type { FieldNode, GraphQLObjectType, ResponsePath } from 'graphql';
import { getFieldDef } from 'graphql/execution/execute.js';
import { compileComplete } from './compile-complete.ts';
import { deliver } from './deliver.ts';
import type { OperationRun } from './operation-run.ts';
import { type OperationField, type Position, pathTo } from './position.ts';
import type { ExecuteField, Selection, SelectionContext } from './selection.ts';

type ResolveField = (run: OperationRun, source: unknown, parent: ResponsePath | undefined, key: string) => unknown;

/**
 * Compiles fields that were collected for a type of objects.
 *
 * @param nodesByKey the selections of each field by its name in the answer
 * @param stepsToNullable how far above such an object the nearest place is that may be null; 0 when that is its own
 */
export function compileSelection(
  context: SelectionContext,
  parentType: GraphQLObjectType,
  nodesByKey: ReadonlyMap<string, readonly FieldNode[]>,
  stepsToNullable: number,
): Selection {
  const fields: ExecuteField[] = [];
  for (const [key, nodes] of nodesByKey) {
    const definition = nodes[0] && getFieldDef(context.schema, parentType, nodes[0]);
    if (definition) fields.push(compileField(context, { parentType, definition, nodes }, key, stepsToNullable));
  }
  // As a key of a plain object it would be the prototype.
  const hasProto = nodesByKey.has('__proto__');
  return { fields, createTarget: () => (hasProto ? Object.create(null) : {}) };
}

function compileField(
  context: SelectionContext,
  field: OperationField,
  key: string,
  stepsToNullableParent: number,
): ExecuteField {
  const position: Position = compileComplete(context, field, {
    type: field.definition.type,
    typename: field.parentType.name,
    stepsToNullableParent,
  });
  const resolve = resolverOf(field);
  return (run, source, target, parent) => {
    let value: unknown;
    try {
      value = resolve(run, source, parent, key);
    } catch (error) {
      target[key] = null;
      run.fail(position, error, parent, key);
      return;
    }
    deliver(run, position, value, target, key, parent);
  };
}

function resolverOf(field: OperationField): ResolveField {
  const { name, resolve } = field.definition;
  const typename = field.parentType.name;
  if (resolve) {
    return (run, source, parent, key) =>
      resolve(source, run.argumentsOf(field), run.context, run.infoOf(field, pathTo({ typename }, parent, key)));
  }
  // As the default resolver of graphql-js reads a property, at less cost in the usual case: that it is none to call.
  return (run, source, parent, key) => {
    const property = isObjectLike(source) ? source[name] : undefined;
    if (typeof property !== 'function') return property;
    const info = run.infoOf(field, pathTo({ typename }, parent, key));
    return Reflect.apply(property, source, [run.argumentsOf(field), run.context, info]);
  };
}

function isObjectLike(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

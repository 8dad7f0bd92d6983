import { type FieldNode, type GraphQLFieldResolver, type GraphQLObjectType, TypeNameMetaFieldDef } from 'graphql';
import { getFieldDef } from 'graphql/execution/execute.js';
import { compileComplete } from './compile-complete.ts';
import { compileEntities, isEntitiesField } from './compile-entities.ts';
import { deliver } from './deliver.ts';
import { type CompiledField, generateSelection } from './generate-selection.ts';
import { plainTestOf } from './plain-value.ts';
import { type OperationField, type Position, pathTo } from './position.ts';
import type { ExecuteField, ExecuteSelection, Selection, SelectionContext } from './selection.ts';

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
  const fields: CompiledField[] = [];
  for (const [key, nodes] of nodesByKey) {
    const definition = nodes[0] && getFieldDef(context.schema, parentType, nodes[0]);
    if (definition) fields.push(compileField(context, { parentType, definition, nodes }, key, stepsToNullable));
  }
  // Copies of one object are alike to the engine, which then writes them faster; and `__proto__` is a key like any other in them.
  const blank = Object.fromEntries(fields.map(({ key }) => [key, null]));
  const createTarget = () => ({ ...blank });
  const executeFields: ExecuteSelection = (run, source, path) => {
    const target = createTarget();
    for (const { execute } of fields) execute(run, source, target, path);
    return target;
  };
  return { fields, createTarget, execute: generateSelection(fields, executeFields) };
}

function compileField(
  context: SelectionContext,
  field: OperationField,
  key: string,
  stepsToNullableParent: number,
): CompiledField {
  const { parentType, definition } = field;
  if (definition === TypeNameMetaFieldDef)
    return {
      key,
      execute: (_run, _source, target) => {
        target[key] = parentType.name;
      },
    };
  const position = compileComplete(context, field, {
    type: definition.type,
    typename: parentType.name,
    stepsToNullableParent,
  });
  if (!definition.resolve) return compileProperty(position, key);
  const execute = compileResolved(position, definition.resolve, key);
  return { key, execute: isEntitiesField(context, field) ? compileEntities(context, field, key, execute) : execute };
}

function compileResolved(
  position: Position,
  resolve: GraphQLFieldResolver<unknown, unknown>,
  key: string,
): ExecuteField {
  const { field } = position;
  return (run, source, target, parent) => {
    let value: unknown;
    try {
      value = resolve(source, run.argumentsOf(field), run.context, run.infoOf(field, pathTo(position, parent, key)));
    } catch (error) {
      target[key] = null;
      run.fail(position, error, parent, key);
      return;
    }
    deliver(run, position, value, target, key, parent);
  };
}

/** A field without a resolver, read as by the default resolver of graphql-js. */
function compileProperty(position: Position, key: string): CompiledField {
  const { field } = position;
  const { name, type } = field.definition;
  return {
    key,
    execute: (run, _source, target, parent) => deliver(run, position, undefined, target, key, parent),
    property: {
      name,
      isPlain: plainTestOf(type),
      deliver(run, source, value, target, parent) {
        const shown =
          typeof value === 'function'
            ? Reflect.apply(value, source, [
                run.argumentsOf(field),
                run.context,
                run.infoOf(field, pathTo(position, parent, key)),
              ])
            : value;
        deliver(run, position, shown, target, key, parent);
      },
      fail(run, error, target, parent) {
        target[key] = null;
        run.fail(position, error, parent, key);
      },
    },
  };
}

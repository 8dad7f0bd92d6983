import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isObjectType,
  type ResponsePath,
} from 'graphql';
import { isPromise } from './is-promise.ts';
import type { OperationRun } from './operation-run.ts';
import { type Complete, type Position, pathTo } from './position.ts';
import type { Selection, SelectionContext } from './selection.ts';

type Place = Omit<Position, 'complete'>;
type CompleteObject = (run: OperationRun, source: unknown, path: ResponsePath) => unknown;

/** Compiles the completion of objects, or of values whose type of object has to be found first. */
export function compileComposite(
  context: SelectionContext,
  place: Place,
  type: GraphQLObjectType | GraphQLAbstractType,
): Complete {
  if (isObjectType(type)) {
    const complete = compileObject(context, place, type);
    return (run, value, parent, key) => complete(run, value, pathTo(place, parent, key));
  }
  return compileAbstract(context, place, type);
}

/** Compiles the completion of values that are known to be of a type of objects, or are claimed to be. */
export function compileObject(context: SelectionContext, place: Place, type: GraphQLObjectType): CompleteObject {
  let compiled: Selection | undefined;
  // On first use: most objects of an abstract type are of few of its types.
  const selection = () => {
    compiled ??= context.selectionBelow(place.field.nodes, type, place.stepsToNullable);
    return compiled;
  };
  const { isTypeOf } = type;
  if (!isTypeOf) return (run, source, path) => selection().execute(run, source, path);

  const execute = (isOfType: boolean, run: OperationRun, source: unknown, path: ResponsePath) => {
    if (!isOfType) throw new GraphQLError(`Expected value of type "${type.name}".`, { nodes: place.field.nodes });
    return selection().execute(run, source, path);
  };
  return (run, source, path) => {
    const isOfType = isTypeOf(source, run.context, infoAt(run, place, path));
    if (isPromise(isOfType)) return isOfType.then((settled) => execute(Boolean(settled), run, source, path));
    return execute(isOfType, run, source, path);
  };
}

function compileAbstract(context: SelectionContext, place: Place, type: GraphQLAbstractType): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const completeByName = new Map<string, CompleteObject>();

  function completeFor(name: unknown): CompleteObject {
    const known = typeof name === 'string' ? completeByName.get(name) : undefined;
    if (known) return known;
    const objectType = requirePossibleType(context, type, place, name);
    const complete = compileObject(context, place, objectType);
    completeByName.set(objectType.name, complete);
    return complete;
  }

  return (run, value, parent, key) => {
    const path = pathTo(place, parent, key);
    const name = resolveType(value, run.context, infoAt(run, place, path), type);
    if (isPromise(name)) return Promise.resolve(name).then((settled) => completeFor(settled)(run, value, path));
    return completeFor(name)(run, value, path);
  };
}

function requirePossibleType(
  { schema }: SelectionContext,
  abstractType: GraphQLAbstractType,
  { field }: Place,
  name: unknown,
): GraphQLObjectType {
  const type = typeof name === 'string' ? schema.getType(name) : undefined;
  if (isObjectType(type) && schema.isSubType(abstractType, type)) return type;
  throw new GraphQLError(
    `Abstract type "${abstractType.name}" was resolved to "${String(name)}" at field "${field.parentType.name}.${field.definition.name}", which is none of its object types.`,
    { nodes: field.nodes },
  );
}

/** What resolvers of types get: of the field, also where they are asked about an item in it. */
function infoAt(run: OperationRun, { field }: Place, path: ResponsePath): GraphQLResolveInfo {
  let fieldPath = path;
  while (fieldPath.typename === undefined && fieldPath.prev !== undefined) fieldPath = fieldPath.prev;
  return run.infoOf(field, fieldPath);
}

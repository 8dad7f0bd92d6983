import {
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';
import { compileObject } from './compile-composite.ts';
import { deliver } from './deliver.ts';
import type { OperationRun } from './operation-run.ts';
import { type Complete, createList, type OperationField, type Position, pathTo } from './position.ts';
import type { ExecuteField, SelectionContext } from './selection.ts';

/** How the references to entities of one type are resolved, and where the entities go. */
interface EntityType {
  readonly resolveReference: ResolveReference;
  readonly position: Position;
}

type ResolveReference = (reference: unknown, context: unknown, info: GraphQLResolveInfo) => unknown;

interface ReferenceExtensions {
  readonly apollo?: { readonly subgraph?: { readonly resolveReference?: ResolveReference } };
}

/** Whether a field is federation's `_entities`, by which a gateway asks for the entities that it has references to. */
export function isEntitiesField({ schema }: SelectionContext, { parentType, definition }: OperationField): boolean {
  return parentType === schema.getQueryType() && definition.name === '_entities';
}

/**
 * Compiles `_entities`. `@apollo/subgraph` marks what a reference resolves to with the name of the reference's type, for the union
 * of all entities to read it off again, each time through a promise; here an entity is of the type that its reference names.
 *
 * @param executeByResolver executes the field in that general way; it is used unless all references name entities' object types
 * @see https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec#query_entities
 */
export function compileEntities(
  context: SelectionContext,
  field: OperationField,
  key: string,
  executeByResolver: ExecuteField,
): ExecuteField {
  const typeByName = new Map<unknown, EntityType>();

  function typeOf(reference: EntityReference): EntityType | undefined {
    const name = reference.__typename;
    const known = typeByName.get(name);
    if (known || typeof name !== 'string') return known;
    const type = context.schema.getType(name);
    if (!isObjectType(type) || !isEntity(context, field, type)) return undefined;
    const compiled = compileEntityType(context, field, type);
    typeByName.set(name, compiled);
    return compiled;
  }

  return (run, source, target, parent) => {
    const references = referencesOf(run, field);
    const types = references?.map(typeOf);
    if (!references || !types?.every((type) => type !== undefined)) {
      executeByResolver(run, source, target, parent);
      return;
    }
    const path = pathTo({ typename: field.parentType.name }, parent, key);
    const info = run.infoOf(field, path);
    const entities = createList();
    target[key] = entities;
    types.forEach(({ resolveReference, position }, index) => {
      try {
        const entity = resolveReference(references[index], run.context, info);
        deliver(run, position, entity, entities, index, path);
      } catch (error) {
        entities[index] = null;
        run.fail(position, error, path, index);
      }
    });
  };
}

/** As the schema says it: any of `_Any!`, so it may be anything but null. */
interface EntityReference {
  readonly __typename?: unknown;
}

/** `undefined` where there are none because the arguments do not fit. */
function referencesOf(run: OperationRun, field: OperationField): readonly EntityReference[] | undefined {
  try {
    const { representations } = run.argumentsOf(field);
    return Array.isArray(representations) ? representations : undefined;
  } catch {
    return undefined;
  }
}

function isEntity({ schema }: SelectionContext, { definition }: OperationField, type: GraphQLObjectType): boolean {
  const entity = getNamedType(definition.type);
  return isAbstractType(entity) && schema.isSubType(entity, type);
}

function compileEntityType(context: SelectionContext, field: OperationField, type: GraphQLObjectType): EntityType {
  const place = { field, typename: undefined, stepsToNullable: 0 };
  const completeEntity = compileObject(context, place, type);
  const complete: Complete = (run, value, parent, key) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    if (typeof value !== 'object') {
      throw new GraphQLError(`The reference to a "${type.name}" was resolved to a ${typeof value}.`, {
        nodes: field.nodes,
      });
    }
    return completeEntity(run, value, pathTo(place, parent, key));
  };
  const { apollo }: ReferenceExtensions = type.extensions;
  // Without a resolver the reference itself is the entity.
  const resolveReference = apollo?.subgraph?.resolveReference ?? ((reference) => reference);
  return { resolveReference, position: { ...place, complete } };
}

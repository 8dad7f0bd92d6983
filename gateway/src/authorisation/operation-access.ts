import { type DocumentNode, type FieldNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { type AccessRules, requirementsOf } from './access-rules.ts';

/** What an operation asks of its viewer. */
export interface OperationAccess {
  /** Indexes of all requirements that its fields have, sorted; empty for an operation that anybody may send. */
  readonly touched: readonly number[];
  /** The fields, anywhere in its document, that have a requirement which is not met. */
  refusedFields(isMet: (requirement: number) => boolean): ReadonlySet<FieldNode>;
}

/** @param document an operation and its fragments, valid for `schema` */
export function readOperationAccess(
  document: DocumentNode,
  schema: GraphQLSchema,
  rules: AccessRules,
): OperationAccess {
  const fields = new Map<FieldNode, readonly number[]>();
  const typeInfo = new TypeInfo(schema);
  const enter = (field: FieldNode) => {
    const type = typeInfo.getParentType();
    const requirements = type ? requirementsOf(rules, type.name, field.name.value) : [];
    if (requirements.length > 0) fields.set(field, requirements);
  };
  visit(document, visitWithTypeInfo(typeInfo, { Field: enter }));
  return {
    touched: [...new Set([...fields.values()].flat())].sort((a, b) => a - b),
    refusedFields: (isMet) =>
      new Set([...fields].filter(([, requirements]) => !requirements.every(isMet)).map(([field]) => field)),
  };
}

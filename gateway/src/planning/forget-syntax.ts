import {
  type GraphQLArgument,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** What a schema is made of, as far as it keeps the syntax that it was built from. */
interface Described {
  astNode?: unknown;
  extensionASTNodes?: readonly unknown[];
}

/**
 * Lets a schema forget the syntax that it was built from: three quarters of its memory, which only messages about mistakes in the
 * schema itself have a use for. All that is asked of a schema, printing it included, is answered without.
 */
export function forgetSyntax(schema: GraphQLSchema): void {
  forget(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    forget(type);
    if (isObjectType(type) || isInterfaceType(type)) Object.values(type.getFields()).forEach(forgetField);
    if (isInputObjectType(type)) Object.values(type.getFields()).forEach(forget);
    if (isEnumType(type)) type.getValues().forEach(forget);
  }
  schema.getDirectives().forEach(forgetField);
}

function forgetField(described: Described & { readonly args: readonly GraphQLArgument[] }): void {
  forget(described);
  described.args.forEach(forget);
}

function forget(described: Described): void {
  if (described.astNode) described.astNode = undefined;
  if (described.extensionASTNodes?.length) described.extensionASTNodes = [];
}

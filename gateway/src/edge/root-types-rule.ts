import { GraphQLError, type ValidationRule } from 'graphql';

/** A validation rule for what graphql-js leaves to execution to find out: whether a schema has mutations or subscriptions at all. */
export const rootTypesRule: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (context.getSchema().getRootType(node.operation)) return;
    context.reportError(new GraphQLError(`The schema has no ${node.operation} type`, { nodes: node }));
  },
});

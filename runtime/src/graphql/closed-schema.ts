import { GraphQLError, type ValidationRule } from 'graphql';

const schemaFields = new Set(['__schema', '__type', '_service']);

/**
 * Refuses every field that answers the schema: introspection, and `_service`, which switches for introspection do not cover. The
 * supergraph is composed from the schema files, so nothing needs them in production.
 */
export const closedSchema: ValidationRule = (context) => ({
  Field(field) {
    if (schemaFields.has(field.name.value)) {
      context.reportError(new GraphQLError('The schema is not served here', { nodes: field }));
    }
  },
});

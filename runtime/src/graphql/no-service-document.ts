import { GraphQLError, type ValidationRule } from 'graphql';

/**
 * Refuses `_service`, which answers the whole schema and which introspection's switch does not cover. The supergraph is
 * composed from the schema files, so nothing needs it in production.
 */
export const noServiceDocument: ValidationRule = (context) => ({
  Field(field) {
    if (field.name.value === '_service') {
      context.reportError(new GraphQLError('The schema is not served here', { nodes: field }));
    }
  },
});

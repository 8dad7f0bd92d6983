import { type GraphQLResolveInfo, GraphQLScalarType } from 'graphql';
import type { SubgraphResolvers } from './subgraph-resolvers.ts';

/**
 * The resolvers with every `__resolveReference` made to reject where it would throw. `@apollo/subgraph` lets one that throws at
 * once (a malformed id, say) fail the whole list of `_entities`; one that rejects fails its own entity alone.
 */
export function settleReferences<Context>(resolvers: SubgraphResolvers<Context>): SubgraphResolvers<Context> {
  return Object.fromEntries(
    Object.entries(resolvers).map(([type, fields]) => {
      const resolveReference =
        fields instanceof GraphQLScalarType ? undefined : Reflect.get(fields, '__resolveReference');
      if (typeof resolveReference !== 'function') return [type, fields];
      const settled = (reference: unknown, context: Context, info: GraphQLResolveInfo): unknown => {
        try {
          return Reflect.apply(resolveReference, fields, [reference, context, info]);
        } catch (error) {
          return Promise.reject(error);
        }
      };
      return [type, { ...fields, __resolveReference: settled }];
    }),
  );
}

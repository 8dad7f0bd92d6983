import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GatewayContext } from '../gateway-context.ts';
import { documentBytes, forgetLocations } from '../planning/document-memory.ts';
import { asksForSchema } from '../planning/introspection-fields.ts';

/** An operation that has passed parsing, validation and every limit, on one version of the schema. */
export interface KnownOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** A mutation must not be executed by a GET. */
  readonly isQuery: boolean;
}

/** Operations that have been let in before, by the very text they came in. */
export interface KnownOperations {
  find(query: string, operationName: string | undefined): KnownOperation | undefined;
  /** Makes Apollo Server tell of every operation that it is about to execute. */
  readonly plugin: ApolloServerPlugin<GatewayContext>;
}

/** @param limitBytes how much the texts and documents may take together, estimated */
export function createKnownOperations(limitBytes: number): KnownOperations {
  const operations = new LRUCache<string, KnownOperation>({
    maxSize: limitBytes,
    sizeCalculation: ({ document }, key) => key.length + documentBytes(document),
  });
  return {
    find: (query, operationName) => operations.get(keyOf(query, operationName)),
    plugin: {
      async requestDidStart() {
        return {
          async didResolveOperation({ source, request, schema, document, operation }) {
            if (!operation || operation.operation === OperationTypeNode.SUBSCRIPTION) return;
            // Who may have the schema is asked where Apollo Server's plugins run.
            if (asksForSchema(document)) return;
            const operationName = request.operationName ?? undefined;
            forgetLocations(document);
            const isQuery = operation.operation === OperationTypeNode.QUERY;
            operations.set(keyOf(source, operationName), { schema, document, operationName, isQuery });
          },
        };
      },
    },
  };
}

/** A name has no line breaks, so no two pairs share a key. */
function keyOf(query: string, operationName = ''): string {
  return `${operationName}\n${query}`;
}

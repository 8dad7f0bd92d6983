import type { ApolloServerPlugin } from '@apollo/server';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GatewayContext } from '../gateway-context.ts';
import { documentBytes } from '../planning/document-memory.ts';

/**
 * Keeps the documents that Apollo Server has parsed and validated for the schema that it serves, and gives them to it when their
 * text comes again, until another schema is served. It has no store for them then (`documentStore: null`): for one it prints every schema it is told of, and answers nobody meanwhile;
 * and its own one makes each document JSON to see how large it is, and lets them take four times as much as it says.
 * @param limitBytes how much they may take together, estimated
 */
export function createValidatedDocuments(limitBytes: number): ApolloServerPlugin<GatewayContext> {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: limitBytes,
    sizeCalculation: (document, key) => key.length + documentBytes(document),
  });
  let served: GraphQLSchema | undefined;
  return {
    async serverWillStart() {
      return {
        schemaDidLoadOrUpdate({ apiSchema }) {
          documents.clear();
          served = apiSchema;
        },
      };
    },
    async requestDidStart() {
      return {
        async didResolveSource(request) {
          if (request.schema !== served) return;
          const document = documents.get(request.queryHash);
          if (document) setDocument(request, document);
        },
        async validationDidStart({ schema, queryHash, document }) {
          return async (errors) => {
            if (!errors && schema === served) documents.set(queryHash, document);
          };
        },
      };
    },
  };
}

/** Apollo Server parses and validates what has no document by then. */
function setDocument(request: { document?: DocumentNode }, document: DocumentNode): void {
  request.document = document;
}

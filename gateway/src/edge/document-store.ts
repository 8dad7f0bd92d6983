import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { documentBytes } from '../planning/document-memory.ts';

type DocumentStore = NonNullable<ApolloServerOptionsWithGateway<object>['documentStore']>;

/**
 * Where Apollo Server keeps documents that it has parsed and validated. Its own one makes each of them JSON to see how large it is,
 * and lets them take four times as much as it says.
 * @param limitBytes how much they may take together, estimated
 */
export function createDocumentStore(limitBytes: number): DocumentStore {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: limitBytes,
    sizeCalculation: (document, key) => key.length + documentBytes(document),
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => void documents.set(key, document),
    delete: async (key) => documents.delete(key),
  };
}

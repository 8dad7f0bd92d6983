import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type GraphQLSchema,
  OperationTypeNode,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GatewayContext } from '../gateway-context.ts';
import { documentBytes, forgetLocations } from '../planning/document-memory.ts';
import { asksForSchema } from '../planning/introspection-fields.ts';
import type { Rest } from '../supergraph/update-pace.ts';

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
  /**
   * Looks which operations may be let in on another schema, too: the last `mostCarried` that were asked for.
   * @param rest called before each
   * @returns lets them in; to be called as soon as that schema is served
   */
  carryOver(schema: GraphQLSchema, rest: Rest): Promise<() => void>;
  /** Makes Apollo Server tell of every operation that it is about to execute. */
  readonly plugin: ApolloServerPlugin<GatewayContext>;
}

export interface KnownOperationsOptions {
  /** How much the texts and documents may take together, estimated. */
  readonly limitBytes: number;
  /** What a document has to pass besides the rules of the specification. */
  readonly rules: readonly ValidationRule[];
}

/** So many take a second or two; the others are left to Apollo Server. */
export const mostCarried = 500;

export function createKnownOperations({ limitBytes, rules }: KnownOperationsOptions): KnownOperations {
  const operations = new LRUCache<string, KnownOperation>({
    maxSize: limitBytes,
    sizeCalculation: ({ document }, key) => key.length + documentBytes(document),
  });
  return {
    find: (query, operationName) => operations.get(keyOf(query, operationName)),
    async carryOver(schema, rest) {
      const carried: [key: string, KnownOperation][] = [];
      for (const [key, known] of [...operations.entries()].slice(0, mostCarried)) {
        await rest();
        // What is kept by document belongs to one schema; and a rule may empty a document that it refuses.
        const document = { ...known.document };
        if (validate(schema, document, [...specifiedRules, ...rules], { maxErrors: 1 }).length > 0) continue;
        carried.push([key, { ...known, schema, document }]);
      }
      return () => {
        for (const [key, known] of carried.reverse()) operations.set(key, known);
      };
    },
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

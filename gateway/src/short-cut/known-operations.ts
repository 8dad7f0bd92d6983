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
   * Looks which operations may be let in on another schema, too: as many as there is time for, the last ones that were asked for first.
   * @param rest called before each
   * @returns lets them in, and forgets the others; to be called as soon as that schema is served
   * @throws what `rest` throws
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
  /** How long another schema may wait for operations to be validated for it. */
  readonly carryLimitMs: number;
}

export function createKnownOperations({ limitBytes, rules, carryLimitMs }: KnownOperationsOptions): KnownOperations {
  const operations = new LRUCache<string, KnownOperation>({
    maxSize: limitBytes,
    sizeCalculation: ({ document }, key) => key.length + documentBytes(document),
  });
  return {
    find: (query, operationName) => operations.get(keyOf(query, operationName)),
    async carryOver(schema, rest) {
      const carried: [key: string, KnownOperation][] = [];
      const endsAtMs = performance.now() + carryLimitMs;
      for (const [key, known] of [...operations.entries()]) {
        await rest();
        if (performance.now() > endsAtMs) break;
        // What is kept by document belongs to one schema; and a rule may empty a document that it refuses.
        const document = copied(known.document);
        if (isValid(schema, document, rules)) carried.push([key, { ...known, schema, document }]);
      }
      return () => {
        // Any of them would keep all of the schema before in memory.
        operations.clear();
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

/** With the count of its tokens, which tells how large it is. */
function copied(document: DocumentNode): DocumentNode {
  return Object.defineProperties({ ...document }, Object.getOwnPropertyDescriptors(document));
}

/** Whatever a rule cannot cope with is left to Apollo Server. */
function isValid(schema: GraphQLSchema, document: DocumentNode, rules: readonly ValidationRule[]): boolean {
  try {
    return validate(schema, document, [...specifiedRules, ...rules], { maxErrors: 1 }).length === 0;
  } catch {
    return false;
  }
}

/** A name has no line breaks, so no two pairs share a key. */
function keyOf(query: string, operationName = ''): string {
  return `${operationName}\n${query}`;
}

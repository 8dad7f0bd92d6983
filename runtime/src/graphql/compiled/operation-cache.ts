import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { RefusedRequest } from '../refused-request.ts';
import { type CompiledOperation, compileOperation } from './compile-operation.ts';

export interface OperationCacheOptions {
  readonly schema: GraphQLSchema;
  /** Beyond those of the specification. */
  readonly validationRules: readonly ValidationRule[];
  /** A text of more tokens is refused before it is parsed to its end. */
  readonly maxTokens: number;
  /** What the cache may hold, by an estimate. */
  readonly sizeLimitBytes: number;
}

/** The operations of one text: each is compiled when it is first asked for. */
interface PreparedDocument {
  readonly document: DocumentNode;
  readonly operationByNode: Map<OperationDefinitionNode, CompiledOperation>;
}

/**
 * What a text comes to once it is parsed and its operation has run, in bytes a character: 200 measured for fetches of entities and
 * for large texts, 410 for the shortest.
 */
const bytesPerCharacter = 400;

/** Parses, validates and compiles each text once, as long as it is in use. */
export class OperationCache {
  readonly #options: OperationCacheOptions;
  readonly #documents: LRUCache<string, PreparedDocument>;

  constructor(options: OperationCacheOptions) {
    this.#options = options;
    this.#documents = new LRUCache({
      maxSize: options.sizeLimitBytes,
      sizeCalculation: (_prepared, text) => Math.max(1, text.length) * bytesPerCharacter,
    });
  }

  /**
   * @param name which operation, where the text has several
   * @throws RefusedRequest GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, OPERATION_RESOLUTION_FAILURE
   */
  get(text: string, name: string | undefined): CompiledOperation {
    const prepared = this.#documents.get(text) ?? this.#prepare(text);
    const operation = requireOperation(prepared.document, name);
    let compiled = prepared.operationByNode.get(operation);
    if (compiled === undefined) {
      compiled = compileOperation({
        schema: this.#options.schema,
        operation,
        fragments: fragmentsOf(prepared.document),
      });
      prepared.operationByNode.set(operation, compiled);
    }
    return compiled;
  }

  #prepare(text: string): PreparedDocument {
    const { schema, validationRules, maxTokens } = this.#options;
    const document = parseText(text, maxTokens);
    const errors = validate(schema, document, [...specifiedRules, ...validationRules]);
    if (errors.length > 0) throw new RefusedRequest('GRAPHQL_VALIDATION_FAILED', errors);
    const prepared = { document, operationByNode: new Map() };
    this.#documents.set(text, prepared);
    return prepared;
  }
}

function parseText(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    if (error instanceof GraphQLError) throw new RefusedRequest('GRAPHQL_PARSE_FAILED', [error]);
    throw error;
  }
}

function requireOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (operation) return operation;
  const message =
    name === undefined
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named "${name}".`;
  throw new RefusedRequest('OPERATION_RESOLUTION_FAILURE', [new GraphQLError(message)]);
}

function fragmentsOf({ definitions }: DocumentNode): { [name: string]: FragmentDefinitionNode } {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.assign(Object.create(null), Object.fromEntries(fragments.map((each) => [each.name.value, each])));
}

import { type DocumentNode, type GraphQLSchema, print } from 'graphql';
import { type CompiledOperation, compileOperation } from '../execution/compiled-operation.ts';
import { separateClientNames } from './client-aliases.ts';
import { withoutIntrospection } from './introspection-fields.ts';
import { createOperationCache } from './operation-cache.ts';
import { operationHash, selectOperation } from './operation-document.ts';
import type { OperationPlanner } from './operation-planner.ts';
import { readSupergraph } from './supergraph-schemas.ts';

/** A supergraph that operations can be executed on; another version of it is another one of these. */
export interface CompiledSupergraph {
  readonly apiSchema: GraphQLSchema;
  /**
   * The executable form of an operation: planned and compiled when it is first asked for, by however many at once.
   * @param document valid for `apiSchema`
   * @throws CodedError when it is too much to plan or the planner is busy; GraphQLError when the executor does not support its plan
   */
  operation(document: DocumentNode, operationName: string | undefined): Promise<CompiledOperation>;
}

/**
 * @param planner plans for this supergraph
 * @param cacheLimitBytes how much the compiled operations may take together
 * @throws Error saying what is wrong with the supergraph
 */
export function compileSupergraph(
  supergraphSdl: string,
  { planner, cacheLimitBytes }: { planner: OperationPlanner; cacheLimitBytes: number },
): CompiledSupergraph {
  const { plannerNames, ...schemas } = readSupergraph(supergraphSdl);
  const cache = createOperationCache(cacheLimitBytes);
  const keys = new WeakMap<DocumentNode, Map<string | undefined, { selected: DocumentNode; key: string }>>();

  /** A server keeps the documents it has parsed, and printing one costs more than all the rest of a hit. */
  function select(document: DocumentNode, operationName: string | undefined) {
    const byName = keys.get(document) ?? new Map();
    keys.set(document, byName);
    const known = byName.get(operationName);
    if (known) return known;
    const selected = selectOperation(document, operationName);
    if (!selected) throw new TypeError('the document has no such operation');
    const made = { selected, key: operationHash(selected) };
    byName.set(operationName, made);
    return made;
  }

  async function compile(selected: DocumentNode): Promise<CompiledOperation> {
    const separated = separateClientNames(selected, plannerNames);
    const plan = await planner.plan(plannedText(separated.document));
    return compileOperation({ ...schemas, ...separated, plan });
  }

  return {
    apiSchema: schemas.apiSchema,
    async operation(document, operationName) {
      const { selected, key } = select(document, operationName);
      return cache.get(key, () => compile(selected));
    },
  };
}

/** What is asked of the schema is answered without subgraphs, and so are the fragments that only that uses. */
function plannedText(document: DocumentNode): string {
  return print(selectOperation(withoutIntrospection(document), undefined) ?? document);
}

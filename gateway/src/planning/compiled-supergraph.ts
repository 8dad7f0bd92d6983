import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { type DocumentNode, type GraphQLSchema, print } from 'graphql';
import { type AuthorisationOptions, type Authoriser, createAuthoriser } from '../authorisation/authoriser.ts';
import type { OperationAccess } from '../authorisation/operation-access.ts';
import { refusalsOf } from '../authorisation/refusals.ts';
import { setApart, withoutFields } from '../authorisation/refused-fields.ts';
import { refusedOperation } from '../authorisation/refused-operation.ts';
import { supergraphAccess } from '../authorisation/supergraph-access.ts';
import { unauthorisedError } from '../authorisation/unauthorised-error.ts';
import { type Decisions, nothingToDecide } from '../authorisation/viewer-decisions.ts';
import type { CostTreeOptions } from '../cost/cost-tree.ts';
import { OperationCost } from '../cost/operation-cost.ts';
import { type WeighedOperation, weighOperation } from '../cost/weighed-operation.ts';
import { type CompiledOperation, compileOperation } from '../execution/compiled-operation.ts';
import type { AnswerError } from '../execution/failure-log.ts';
import type { UseObserver } from '../warm-up/operation-uses.ts';
import { separateClientNames } from './client-aliases.ts';
import { withConditionsApart } from './conditions-apart.ts';
import { withoutIntrospection } from './introspection-fields.ts';
import { withKeptObjects } from './kept-objects.ts';
import { operationBytes } from './operation-bytes.ts';
import { OperationCache, type SizedOperation } from './operation-cache.ts';
import { operationHash, selectOperation } from './operation-document.ts';
import type { OperationPlanner } from './operation-planner.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

/** A supergraph that operations can be executed on; another version of it is another one of these. */
export interface CompiledSupergraph {
  readonly apiSchema: GraphQLSchema;
  /**
   * The executable form of an operation: planned and compiled when it is first asked for, by however many at once, for viewers
   * about whom the same is decided.
   * @param document valid for `apiSchema`
   * @param viewer `null` for an anonymous caller
   * @throws CodedError when it is too much to plan or the planner is busy; GraphQLError when the executor does not support its plan
   */
  operation(
    document: DocumentNode,
    operationName: string | undefined,
    viewer: Viewer | null,
  ): CompiledOperation | Promise<CompiledOperation>;
  /**
   * Compiles the only operation of a document before somebody asks for it.
   * @throws what `operation` throws
   */
  prepare(document: DocumentNode, viewer: Viewer | null): Promise<void>;
  /** What an operation costs, which is compiled once; `undefined` where operations are not weighed. Nothing is planned for it. */
  costOf(document: DocumentNode, operationName: string | undefined): WeighedOperation | undefined;
  /** What is refused to a viewer when a whole operation is, or its root fields are, else nothing; nothing is planned for it. */
  refusalOf(
    document: DocumentNode,
    operationName: string | undefined,
    viewer: Viewer | null,
  ): Promise<readonly AnswerError[]>;
  /** Tells an operation from others without planning anything, and without its document. */
  identifierOf(document: DocumentNode, operationName: string | undefined): OperationIdentifier;
}

/** Decides what there is to decide about a viewer of one operation. */
export type OperationIdentifier = (viewer: Viewer | null) => OperationIdentity | Promise<OperationIdentity>;

/** What tells an operation on one supergraph from all others, with what was decided about its viewer. */
export interface OperationIdentity {
  /** Equal for texts that differ in nothing but white space and comments. */
  readonly hash: string;
  /** As `CompiledOperation` has it. */
  readonly decisionKey: string;
}

export interface CompiledSupergraphOptions {
  /** Plans for this supergraph. */
  readonly planner: OperationPlanner;
  readonly facts: CompiledFacts;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** How much the compiled operations may take together. */
  readonly cacheLimitBytes: number;
  /** As in `OperationSource`. */
  readonly answerLimit?: number | undefined;
  /** How it is enforced who may see what; with `off`, a supergraph that protects something is refused. */
  readonly authorisation: AuthorisationOptions | 'off';
  /** How operations are weighed; absent where they are not. */
  readonly costs?: Pick<CostTreeOptions, 'listSize'> | undefined;
  /** Told of each call of `operation`. */
  readonly observeUse?: UseObserver | undefined;
}

type CompiledFacts = Pick<
  SupergraphFacts,
  'types' | 'accessRules' | 'costRules' | 'requiredFieldNames' | 'plannerNames' | 'computedFields'
>;

interface SelectedOperation {
  readonly selected: DocumentNode;
  readonly key: string;
  /** `undefined` for an operation that anybody may send. */
  readonly access: OperationAccess | undefined;
  /** The key that the last viewer's decisions led to; viewers who stand alike share theirs. */
  last?: { readonly decisions: Decisions; readonly key: string };
  /** Made when it is first asked for. */
  weighed?: WeighedOperation;
}

/**
 * Makes a supergraph executable; its operations are planned and compiled when they are asked for.
 * @throws StartError when it protects something and nothing is enforced
 */
export function compileSupergraph(options: CompiledSupergraphOptions): CompiledSupergraph {
  return new ExecutableSupergraph(options);
}

/**
 * A class, whose methods all supergraphs share: where each has functions of its own, V8 throws away the fast code of what answers
 * requests when another supergraph is served for the first time.
 */
class ExecutableSupergraph implements CompiledSupergraph {
  readonly apiSchema: GraphQLSchema;
  readonly #options: CompiledSupergraphOptions;
  readonly #authoriser: Authoriser | undefined;
  readonly #costs: CostTreeOptions | undefined;
  readonly #cache: OperationCache;
  /** A server keeps the documents it has parsed, and printing one costs more than all the rest of a hit. */
  readonly #selected = new WeakMap<DocumentNode, Map<string | undefined, SelectedOperation>>();

  constructor(options: CompiledSupergraphOptions) {
    const { facts, apiSchema, cacheLimitBytes, authorisation, costs } = options;
    const access = supergraphAccess(facts.accessRules, authorisation);
    this.apiSchema = apiSchema;
    this.#options = options;
    this.#authoriser = access && createAuthoriser(access, apiSchema);
    this.#costs = costs && { schema: apiSchema, rules: facts.costRules, ...costs };
    this.#cache = new OperationCache(cacheLimitBytes);
  }

  operation(
    document: DocumentNode,
    operationName: string | undefined,
    viewer: Viewer | null,
  ): CompiledOperation | Promise<CompiledOperation> {
    const operation = this.#select(document, operationName);
    const decided = this.#decide(operation.access, viewer);
    return decided instanceof Promise
      ? decided.then((decisions) => this.#used(operation, decisions, viewer))
      : this.#used(operation, decided, viewer);
  }

  async prepare(document: DocumentNode, viewer: Viewer | null): Promise<void> {
    const operation = this.#select(document, undefined);
    await this.#compiled(operation, await this.#decide(operation.access, viewer));
  }

  costOf(document: DocumentNode, operationName: string | undefined): WeighedOperation | undefined {
    if (!this.#costs) return undefined;
    const operation = this.#select(document, operationName);
    operation.weighed ??= weighOperation(operation.selected, operation.key, this.#costs);
    return operation.weighed;
  }

  async refusalOf(
    document: DocumentNode,
    operationName: string | undefined,
    viewer: Viewer | null,
  ): Promise<readonly AnswerError[]> {
    const { selected, access } = this.#select(document, operationName);
    if (!access) return [];
    const { isMet } = await this.#decide(access, viewer);
    const refusals = refusalsOf(selected, this.apiSchema, access.refusedFields(isMet));
    const isRefused = refusals.some(({ path }) => path.length === 1 || this.#authoriser?.unauthorised === 'refuse');
    return isRefused ? refusals.map(unauthorisedError) : [];
  }

  identifierOf(document: DocumentNode, operationName: string | undefined): OperationIdentifier {
    const { key: hash, access } = this.#select(document, operationName);
    const identity = ({ key: decisionKey }: Decisions) => ({ hash, decisionKey });
    if (!access) {
      const anybodys = identity(nothingToDecide);
      return () => anybodys;
    }
    const { touched } = access;
    return (viewer) => {
      const decisions = this.#decide({ touched }, viewer);
      return decisions instanceof Promise ? decisions.then(identity) : identity(decisions);
    };
  }

  #select(document: DocumentNode, operationName: string | undefined): SelectedOperation {
    const byName = this.#selected.get(document) ?? new Map<string | undefined, SelectedOperation>();
    this.#selected.set(document, byName);
    const known = byName.get(operationName);
    if (known) return known;
    const selected = selectOperation(document, operationName);
    if (!selected) throw new TypeError('the document has no such operation');
    const made: SelectedOperation = {
      selected,
      key: operationHash(selected),
      access: this.#authoriser?.accessOf(selected),
    };
    byName.set(operationName, made);
    return made;
  }

  #decide(access: Pick<OperationAccess, 'touched'> | undefined, viewer: Viewer | null): Decisions | Promise<Decisions> {
    return this.#authoriser && access ? this.#authoriser.decide(viewer, access) : nothingToDecide;
  }

  #used(operation: SelectedOperation, decisions: Decisions, viewer: Viewer | null) {
    this.#options.observeUse?.(keyOf(operation, decisions), operation.selected, operation.access ? viewer : null);
    return this.#compiled(operation, decisions);
  }

  #compiled(operation: SelectedOperation, decisions: Decisions): CompiledOperation | Promise<CompiledOperation> {
    return this.#cache.get(keyOf(operation, decisions), () => this.#compileSized(operation, decisions));
  }

  async #compileSized(asked: SelectedOperation, decisions: Decisions): Promise<SizedOperation> {
    const operation = await this.#compile(asked, decisions);
    return { operation, bytes: operationBytes(operation, asked.selected) };
  }

  /** What is refused is neither planned nor fetched for the client, and stays null where the client asked for it. */
  async #compile(
    { selected, access }: SelectedOperation,
    { key: decisionKey, isMet }: Decisions,
  ): Promise<CompiledOperation> {
    const { facts, apiSchema, planner, answerLimit } = this.#options;
    const { types, requiredFieldNames, plannerNames, computedFields } = facts;
    const refused = access?.refusedFields(isMet) ?? new Set();
    const refusals = refusalsOf(selected, apiSchema, refused);
    if (refusals.length > 0 && this.#authoriser?.unauthorised === 'refuse') {
      return refusedOperation(refusals, decisionKey);
    }
    const apart = setApart(selected, refused);
    const { document, clientNames } = separateClientNames(apart.document, plannerNames);
    const plan = await planner.plan(plannedText(withoutFields(document, apart.clientNames), computedFields));
    return compileOperation({
      apiSchema,
      types,
      requiredFieldNames,
      document,
      plan,
      clientNames: new Map([...clientNames, ...apart.clientNames]),
      refusals,
      refusedKeys: new Set(apart.clientNames.keys()),
      decisionKey,
      answerLimit,
      cost: this.#costs && new OperationCost(document, this.#costs),
    });
  }
}

/** Not put together for each request: a table would look through every character of the new text. */
function keyOf(operation: SelectedOperation, decisions: Decisions): string {
  if (operation.last?.decisions !== decisions) {
    operation.last = { decisions, key: operation.key + decisions.key };
  }
  return operation.last.key;
}

/** What is asked of the schema is answered without subgraphs, and so are the fragments that only that uses. */
function plannedText(document: DocumentNode, computedFields: ReadonlySet<string>): string {
  const planned = withConditionsApart(withKeptObjects(withoutIntrospection(document)), computedFields);
  return print(selectOperation(planned, undefined) ?? document);
}

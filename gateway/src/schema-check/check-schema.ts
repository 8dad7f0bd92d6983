import { GraphQLError, type GraphQLSchema, parse, stripIgnoredCharacters } from 'graphql';
import { type CostLimits, defaultCostLimits } from '../cost/cost-limits.ts';
import { buildApiSchema } from '../planning/build-api-schema.ts';
import { readSupergraph } from '../planning/read-supergraph.ts';
import type { Usage } from '../usage/usage.ts';
import { findApiChanges } from './api-changes.ts';
import { compareCosts, type OperationCosts } from './compare-costs.ts';
import { comparePlans, type PlanChange } from './compare-plans.ts';
import { CountedUsage } from './counted-usage.ts';
import { findFederationChanges } from './federation-changes.ts';
import { type JudgedChange, judgeChanges } from './judge-changes.ts';
import { type KnownOperation, KnownOperations } from './known-operations.ts';
import { type LintFinding, lintSchema } from './lint-schema.ts';
import { findUnannouncedRemovals } from './removals.ts';

/** All there is to say about a supergraph that is to take the place of another one. */
export interface SchemaCheck {
  /** The worst first. */
  readonly changes: readonly JudgedChange[];
  /** Known operations that the schema refuses, which they were valid for before. */
  readonly broken: readonly { readonly label: string; readonly reasons: readonly string[] }[];
  /** Known and hot operations that take more or fewer requests to subgraphs. */
  readonly plans: readonly PlanChange[];
  /** What known and hot operations are estimated to cost; none where operations are not weighed. */
  readonly costs: readonly OperationCosts[];
  /** What the change brings in; what was so before is not held against it. */
  readonly lint: readonly LintFinding[];
  /** How many operations are known; `undefined` where nothing is known of clients. */
  readonly knownOperations: number | undefined;
  /** What gateways have counted; `undefined` where nobody could look. */
  readonly usage: Pick<Usage, 'days' | 'countedDays' | 'requests' | 'untold'> | undefined;
}

/** What there is besides what clients say that they send. */
export interface CheckOptions {
  /** What gateways are asked most: its plans and costs are compared as those of known operations are. */
  readonly hot?: readonly KnownOperation[];
  /** How gateways weigh operations; as they do unless told. */
  readonly costs?: CostLimits | 'off';
  /** What gateways have counted, where somebody could look. */
  readonly usage?: Usage | undefined;
  /** As `CountedUsage` takes it; 0 unless told. */
  readonly minShare?: number;
}

/**
 * Checks a supergraph against the one that it is to replace.
 * @param operations what clients say that they send; `undefined` where they have said nothing
 * @throws Error when one of the supergraphs cannot be used
 */
export async function checkSchema(
  supergraphs: { readonly base: string; readonly next: string },
  operations: readonly KnownOperation[] | undefined,
  { hot = [], costs = defaultCostLimits, usage, minShare = 0 }: CheckOptions = {},
): Promise<SchemaCheck> {
  const base = partsOf(supergraphs.base);
  const next = partsOf(supergraphs.next);
  const known = operations && new KnownOperations(operations, base.apiSchema);
  // That nothing was counted says nothing of clients.
  const counted = usage && usage.requests > 0 ? new CountedUsage(usage, base.apiSchema, minShare) : undefined;
  const changes = [
    ...(await findApiChanges(base.apiSchema, next.apiSchema)),
    ...findFederationChanges(base.document, next.document),
  ];
  const broken = known?.brokenBy(next.apiSchema) ?? [];
  const stillValid = validFor(
    next.apiSchema,
    validFor(base.apiSchema, eachOnce([...(known?.valid.map(({ operation }) => operation) ?? []), ...hot])),
  );
  return {
    changes: judgeChanges(changes, [...(known ? [known] : []), ...(counted ? [counted] : [])]),
    broken,
    plans: comparePlans({ base: base.sdl, next: next.sdl }, stillValid),
    costs: costs === 'off' ? [] : compareCosts({ base, next }, stillValid, costs),
    lint: [
      ...findUnannouncedRemovals(changes, base.apiSchema),
      ...newFindings(lintSchema(base.apiSchema), lintSchema(next.apiSchema)),
    ],
    knownOperations: known?.valid.length,
    usage: usage && {
      days: usage.days,
      countedDays: usage.countedDays,
      requests: usage.requests,
      untold: usage.untold,
    },
  };
}

/** Whether the supergraph may be published: whether no client that might exist is broken by it. */
export function isAcceptable({ changes, broken, costs }: SchemaCheck): boolean {
  const isTooDear = costs.some(({ exceeded }) => exceeded.length > 0);
  return broken.length === 0 && !isTooDear && changes.every(({ verdict }) => verdict !== 'breaking');
}

function validFor(schema: GraphQLSchema, operations: readonly KnownOperation[]): KnownOperation[] {
  return new KnownOperations(operations, schema).valid.map(({ operation }) => operation);
}

/** What is hot is known as a rule, and only its white space differs. */
function eachOnce(operations: readonly KnownOperation[]): KnownOperation[] {
  const byText = new Map<string, KnownOperation>();
  for (const operation of operations) {
    const text = stripIgnoredCharacters(operation.body);
    if (!byText.has(text)) byText.set(text, operation);
  }
  return [...byText.values()];
}

function newFindings(before: readonly LintFinding[], after: readonly LintFinding[]): LintFinding[] {
  const known = new Set(before.map(({ rule, coordinate }) => `${rule} ${coordinate}`));
  return after.filter(({ rule, coordinate }) => !known.has(`${rule} ${coordinate}`));
}

function partsOf(supergraphSdl: string) {
  try {
    const { facts } = readSupergraph(supergraphSdl);
    const document = parse(supergraphSdl, { noLocation: true });
    return { sdl: facts.sdl, document, apiSchema: buildApiSchema(facts) };
  } catch (error) {
    if (error instanceof GraphQLError) throw new Error(`this is no supergraph: ${error.message}`, { cause: error });
    throw error;
  }
}

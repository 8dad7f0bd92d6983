import { GraphQLError, parse } from 'graphql';
import { readProtectedSupergraph } from '../authorisation/protected-supergraph.ts';
import { readSupergraph } from '../planning/supergraph-schemas.ts';
import { findApiChanges } from './api-changes.ts';
import { comparePlans, type PlanChange } from './compare-plans.ts';
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
  /** Known operations that take more or fewer requests to subgraphs. */
  readonly plans: readonly PlanChange[];
  /** What the change brings in; what was so before is not held against it. */
  readonly lint: readonly LintFinding[];
  /** How many operations are known; `undefined` where nothing is known of clients. */
  readonly knownOperations: number | undefined;
}

/**
 * Checks a supergraph against the one that it is to replace.
 * @param operations what clients send; `undefined` where nothing is known of them
 * @throws Error when one of the supergraphs cannot be used
 */
export async function checkSchema(
  supergraphs: { readonly base: string; readonly next: string },
  operations: readonly KnownOperation[] | undefined,
): Promise<SchemaCheck> {
  const base = partsOf(supergraphs.base);
  const next = partsOf(supergraphs.next);
  const known = operations && new KnownOperations(operations, base.apiSchema);
  const changes = [
    ...(await findApiChanges(base.apiSchema, next.apiSchema)),
    ...findFederationChanges(base.document, next.document),
  ];
  const broken = known?.brokenBy(next.apiSchema) ?? [];
  const stillValid = new KnownOperations(
    known?.valid.map(({ operation }) => operation) ?? [],
    next.apiSchema,
  ).valid.map(({ operation }) => operation);
  return {
    changes: judgeChanges(changes, known),
    broken,
    plans: comparePlans({ base: base.sdl, next: next.sdl }, stillValid),
    lint: [
      ...findUnannouncedRemovals(changes, base.apiSchema),
      ...newFindings(lintSchema(base.apiSchema), lintSchema(next.apiSchema)),
    ],
    knownOperations: known?.valid.length,
  };
}

/** Whether the supergraph may be published: whether no client that might exist is broken by it. */
export function isAcceptable({ changes, broken }: SchemaCheck): boolean {
  return broken.length === 0 && changes.every(({ verdict }) => verdict !== 'breaking');
}

function newFindings(before: readonly LintFinding[], after: readonly LintFinding[]): LintFinding[] {
  const known = new Set(before.map(({ rule, coordinate }) => `${rule} ${coordinate}`));
  return after.filter(({ rule, coordinate }) => !known.has(`${rule} ${coordinate}`));
}

function partsOf(supergraphSdl: string) {
  try {
    const { sdl } = readProtectedSupergraph(supergraphSdl);
    return { sdl, document: parse(supergraphSdl, { noLocation: true }), apiSchema: readSupergraph(sdl).apiSchema };
  } catch (error) {
    if (error instanceof GraphQLError) throw new Error(`this is no supergraph: ${error.message}`, { cause: error });
    throw error;
  }
}

import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { type OperationAccess, readOperationAccess } from './operation-access.ts';
import type { Policies } from './policies.ts';
import type { SupergraphAccess } from './supergraph-access.ts';
import { createDecider, type Decisions } from './viewer-decisions.ts';

/** What is done with an operation that has fields which its viewer may not see. */
export const unauthorisedModes = ['remove', 'refuse'] as const;
export type UnauthorisedMode = (typeof unauthorisedModes)[number];

/** What a deployment decides about authorisation. */
export interface AuthorisationSettings {
  readonly policies: Policies;
  /** `remove` answers the rest of the operation, `refuse` nothing of it. */
  readonly unauthorised: UnauthorisedMode;
}

/** How a gateway enforces what supergraphs ask of viewers. */
export interface AuthorisationOptions extends AuthorisationSettings {
  /** Is told what a policy threw. */
  readonly onPolicyFailure: (policy: string, error: unknown) => void;
}

/** Enforces the rules of one supergraph. */
export interface Authoriser {
  readonly unauthorised: UnauthorisedMode;
  /** What an operation asks of viewers; `undefined` for one that anybody may send. */
  accessOf(document: DocumentNode): OperationAccess | undefined;
  decide(viewer: Viewer | null, access: Pick<OperationAccess, 'touched'>): Decisions | Promise<Decisions>;
}

/** @param schema the API schema that operations are valid for */
export function createAuthoriser(
  { rules, options: { policies, unauthorised, onPolicyFailure } }: SupergraphAccess,
  schema: GraphQLSchema,
): Authoriser {
  const decider = createDecider(rules.requirements, policies, onPolicyFailure);
  return {
    unauthorised,
    accessOf(document) {
      const access = readOperationAccess(document, schema, rules);
      return access.touched.length > 0 ? access : undefined;
    },
    decide: (viewer, { touched }) => decider.decide(viewer, touched),
  };
}

import type { AccessRules } from '../authorisation/access-rules.ts';
import type { CostRules } from '../cost/cost-rules.ts';
import type { SupergraphTypes } from '../execution/supergraph-types.ts';
import type { DeclaredSubscriptions } from '../subscriptions/subscription-fields.ts';
import type { SupergraphFile } from '../supergraph/supergraph-file.ts';

/** What there is to know of a supergraph besides how to plan, as another thread can be sent it. */
export interface SupergraphFacts {
  /** Without directives of authorisation. */
  readonly sdl: string;
  /** What clients see, which has been validated. */
  readonly apiSdl: string;
  readonly subgraphs: SupergraphFile['subgraphs'];
  readonly types: SupergraphTypes;
  /** `undefined` where it protects nothing. */
  readonly accessRules: AccessRules | undefined;
  readonly costRules: CostRules;
  readonly subscriptions: DeclaredSubscriptions;
  /** The names that subgraphs know required fields by, where plans have others. */
  readonly requiredFieldNames: ReadonlyMap<string, string>;
  /** As `plannerNamesOf` has them. */
  readonly plannerNames: ReadonlySet<string>;
  /** As `computedFieldsOf` has them. */
  readonly computedFields: ReadonlySet<string>;
}

/** One bound. A limit that is not enforced lets everything pass, and logs what it would have refused. */
export interface Limit {
  readonly maximum: number;
  readonly isEnforced: boolean;
}

/**
 * How large a document may be before anything expensive is done with it. All counts are taken with fragments expanded, so that
 * what is spread twice counts twice, and are those of all operations of the document together, since all of them are validated;
 * `depth` and `rootFields` are those of its largest operation.
 */
export interface OperationLimits {
  /** Words and punctuators, as they are written. */
  readonly tokens: Limit;
  /** Fields within fields, and lists and objects within an argument. */
  readonly depth: Limit;
  readonly fields: Limit;
  /**
   * Fields, counted once for every object type that they can be on: one on an interface of 20 types is 20, and so is each field
   * below it for each of these. The planner may have to go through that many.
   */
  readonly typedFields: Limit;
  /** Inline fragments and fragment spreads. */
  readonly fragments: Limit;
  /** Fields that have an alias. */
  readonly aliases: Limit;
  /** Fields of Query or Mutation. */
  readonly rootFields: Limit;
  readonly directives: Limit;
}

export type LimitName = keyof OperationLimits;

/** In the order in which they are looked at. */
export const limitNames = [
  'tokens',
  'depth',
  'fields',
  'typedFields',
  'fragments',
  'aliases',
  'rootFields',
  'directives',
] as const satisfies readonly LimitName[];

/**
 * What holds unless an operator decides otherwise. From below they leave room for introspection as tools ask for it, the largest
 * operation we have (229 fields, 15 levels). From above they come from looking for the slowest operation that they let pass: the
 * worst that was found took 0.7 s of CPU to validate and plan, over the marketplace or an interface of 24 types in four subgraphs.
 * Over other supergraphs, measure first.
 */
export const defaultLimits: OperationLimits = {
  tokens: enforced(10_000),
  depth: enforced(30),
  fields: enforced(1_500),
  typedFields: enforced(3_000),
  fragments: enforced(1_000),
  aliases: enforced(200),
  rootFields: enforced(50),
  directives: enforced(500),
};

function enforced(maximum: number): Limit {
  return { maximum, isEnforced: true };
}

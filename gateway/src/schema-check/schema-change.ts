/** What a change can do to clients: nothing; something that they may not expect; or make what they send fail. */
export type Severity = 'safe' | 'dangerous' | 'breaking';

/** One difference between two schemas. */
export interface SchemaChange {
  readonly severity: Severity;
  /** For programs, for example `FIELD_REMOVED`. */
  readonly kind: string;
  /** What has changed, as a schema coordinate: `User.email`, `Query.products(first:)`. */
  readonly coordinate: string;
  readonly message: string;
  /** An operation that uses one of these coordinates meets the change; `everything` where each operation does. */
  readonly affects: readonly string[] | 'everything';
}

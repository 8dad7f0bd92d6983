/** A database could not be brought to the newest schema; the message says which migration, where, and why. */
export class MigrationError extends Error {
  readonly code = 'MIGRATION';
  override readonly name = 'MigrationError';
}

/** A configuration of databases that cannot work; the message says what to change, all problems together. */
export class DatabasesConfigError extends Error {
  readonly code = 'DATABASES_CONFIG';
  override readonly name = 'DatabasesConfigError';
}

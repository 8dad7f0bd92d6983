/** A configuration of databases that cannot work; the message says what to change, all problems together. */
export class DatabasesConfigError extends Error {
  readonly code = 'DATABASES_CONFIG';
  /** What a process that cannot start for this ends with: the configuration is wrong. */
  readonly exitCode = 2;
  override readonly name = 'DatabasesConfigError';
}

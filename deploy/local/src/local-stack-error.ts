/** What can go wrong while the local stack comes up, as codes that tests and scripts may rely on. */
export type LocalStackErrorCode =
  | 'ACCESS_DENIED'
  | 'ACCOUNT_MISSING'
  | 'BINARIES_MISSING'
  | 'CREDENTIALS_MISSING'
  | 'DATA_DIRECTORY_DAMAGED'
  | 'DIRECTORY_IN_USE'
  | 'DIRECTORY_NOT_WRITABLE'
  | 'INITDB_FAILED'
  | 'INSTALLATION_FAILED'
  | 'KEYS_INCOMPLETE'
  | 'PATH_UNREACHABLE'
  | 'PLATFORM_UNSUPPORTED'
  | 'PORT_IN_USE'
  | 'PROCESSES_LEFT_BEHIND'
  | 'REPLICA_NOT_STREAMING'
  | 'SERVER_DID_NOT_START'
  | 'SERVER_DID_NOT_STOP'
  | 'SERVICE_ENDED'
  | 'SERVICE_NOT_READY'
  | 'SYSTEM_SERVER_MISSING';

/** A failure that the person at the keyboard can do something about; its message says what. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
  readonly code: LocalStackErrorCode;

  constructor(code: LocalStackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `error` is a {@link LocalStackError}, and of `code` when one is given. */
export function isLocalStackError(error: unknown, code?: LocalStackErrorCode): error is LocalStackError {
  return error instanceof LocalStackError && (code === undefined || error.code === code);
}

/** The `code` Node puts on a failed system call (`ENOENT`, `EACCES`, ...), or undefined for any other error. */
export function systemCodeOf(error: unknown): string | undefined {
  // Not instanceof: under jest, Node's own errors are of another realm.
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}

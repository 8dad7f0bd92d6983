/**
 * A service cannot start for a reason that the operator can do something about. The message says what, and is printed
 * without a stack. Exit codes: 1 a failure, 2 a wrong configuration.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError';
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}

/**
 * Whether an error is one that the operator can do something about: its `exitCode` says so, whatever class it is of, so that
 * packages that know nothing of this one can throw such errors too.
 */
export function isStartError(error: unknown): error is Error & Pick<StartError, 'exitCode'> {
  return error instanceof Error && 'exitCode' in error && (error.exitCode === 1 || error.exitCode === 2);
}

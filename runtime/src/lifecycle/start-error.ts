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

import { createLogger, type Logger } from '../logging/logger.ts';
import { Scope } from './scope.ts';
import { isStartError } from './start-error.ts';
import { onStopSignal } from './stop-signals.ts';

export interface ServiceOptions {
  /** The `service` field of every log line. */
  readonly name: string;
  /**
   * Acquires everything through the scope and answers when the service listens. It may set `logger.level`, which is `info`
   * until the environment has been read.
   */
  readonly start: (scope: Scope, logger: Logger) => Promise<{ url: string }>;
  /** How long everything may take to be released, drain included. Default 10,000. */
  readonly releaseLimitMs?: number;
}

/**
 * The whole of a `main.ts`: starts a service, keeps it until SIGTERM or SIGINT, then releases what it holds in reverse order.
 *
 * The process ends with 0 after an asked-for stop, with 1 when starting failed, a release failed or hung, or an error went
 * unhandled, and with 2 when the configuration is wrong. A second signal, after half a second, ends it at once.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const logger = createLogger({ service: options.name, level: 'info' });
  const scope = new Scope();
  const ending = new Ending(scope, logger, options.releaseLimitMs ?? 10_000);

  onStopSignal((signal) => {
    logger.info({ signal }, 'stopping');
    ending.begin(0);
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error, event }, 'unhandled error, stopping');
      ending.begin(1);
    });
  }

  try {
    const { url } = await options.start(scope, logger);
    if (!ending.hasBegun) logger.info({ url }, 'listening');
  } catch (error) {
    if (ending.hasBegun) return;
    reportFailedStart(error, options.name, logger);
    ending.begin(isStartError(error) ? error.exitCode : 1);
  }
}

/** Releases the scope within a limit and ends the process. */
class Ending {
  readonly #scope: Scope;
  readonly #logger: Logger;
  readonly #limitMs: number;
  #exitCode: number | undefined;

  constructor(scope: Scope, logger: Logger, limitMs: number) {
    this.#scope = scope;
    this.#logger = logger;
    this.#limitMs = limitMs;
  }

  get hasBegun(): boolean {
    return this.#exitCode !== undefined;
  }

  /** The worst exit code that was asked for wins. */
  begin(exitCode: number): void {
    const isFirst = !this.hasBegun;
    this.#exitCode = Math.max(this.#exitCode ?? 0, exitCode);
    if (isFirst) void this.#release();
  }

  async #release(): Promise<void> {
    setTimeout(() => {
      this.#logger.fatal(
        { resource: this.#scope.releasing, limitMs: this.#limitMs },
        'a resource was not released in time',
      );
      process.exit(1);
    }, this.#limitMs);
    try {
      await this.#scope.release();
    } catch (error) {
      this.#logger.fatal({ err: error }, 'a resource could not be released');
      this.#exitCode = 1;
    }
    process.exit(this.#exitCode);
  }
}

/** A problem of the operator's is told in plain words where they look; a defect goes to the log with its stack. */
function reportFailedStart(error: unknown, name: string, logger: Logger): void {
  if (isStartError(error) && error.exitCode === 2) process.stderr.write(`${name}: ${error.message}\n`);
  else if (isStartError(error)) logger.fatal(`could not start: ${error.message}`);
  else logger.fatal({ err: error }, 'could not start');
}

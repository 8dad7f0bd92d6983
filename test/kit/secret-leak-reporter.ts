import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter } from '@jest/reporters';
import { findSecrets, type Leak } from './secrets.ts';
import { TEST_LOGS_DIRECTORY } from './test-logger.ts';
import { testServersDirectory } from './test-servers.ts';

/**
 * Fails a run that wrote a secret anywhere: to its own output, to the logs of what ran in it, down to level `trace`, or to the logs of
 * its Postgres servers. It has to be the first reporter, to see what the others write. What a test that runs alone writes past jest,
 * in jest's own process, is not seen.
 */
export default class SecretLeakReporter implements Pick<Reporter, 'getLastError'> {
  readonly #output: string[] = [];

  constructor() {
    for (const stream of [process.stdout, process.stderr]) this.#listenTo(stream);
  }

  /** Asked when all is over but for the servers. */
  getLastError(): Error | undefined {
    const leaks = [
      ...leaksIn('the output', this.#output.join('')),
      ...logFiles().flatMap((path) => leaksIn(path, readFileSync(path, 'utf8'))),
    ];
    if (leaks.length === 0) return undefined;
    this.#output.length = 0;
    const error = new Error(`Secrets were written.\n${leaks.map(describe).join('\n')}`);
    process.stderr.write(`${error.message}\n`);
    return error;
  }

  #listenTo(stream: NodeJS.WriteStream): void {
    const write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array, ...rest: never[]) => {
      this.#output.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return write(chunk, ...rest);
    };
  }
}

function logFiles(): string[] {
  const directories = [process.env[TEST_LOGS_DIRECTORY], testServersDirectory];
  return directories.flatMap((directory) =>
    directory === undefined ? [] : globSync('**/*.log*', { cwd: directory }).map((path) => join(directory, path)),
  );
}

function leaksIn(where: string, text: string): (Leak & { where: string })[] {
  return findSecrets(text).map((leak) => ({ ...leak, where }));
}

function describe({ where, kind, after }: Leak & { where: string }): string {
  return `  ${kind} in ${where}, after ${JSON.stringify(after)}`;
}

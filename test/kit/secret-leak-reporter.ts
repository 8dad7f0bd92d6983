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
    // Workers may still be writing when jest has its results.
    process.once('exit', () => {
      if (report(leaksIn('the output', this.#output.join('')))) process.exitCode = 1;
    });
  }

  /** Asked when all tests are over, while the servers of the run and their logs are still there. */
  getLastError(): Error | undefined {
    return report(logFiles().flatMap((path) => leaksIn(path, readFileSync(path, 'utf8'))));
  }

  #listenTo(stream: NodeJS.WriteStream): void {
    const write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array, ...rest: never[]) => {
      this.#output.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return write(chunk, ...rest);
    };
  }
}

/** Says what was found, without the secrets. */
function report(leaks: readonly (Leak & { where: string })[]): Error | undefined {
  if (leaks.length === 0) return undefined;
  const error = new Error(`Secrets were written.\n${leaks.map(describe).join('\n')}`);
  process.stderr.write(`${error.message}\n`);
  return error;
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

import { LocalStackError } from '../local-stack-error.ts';
import { excerptOf } from '../log-excerpt.ts';

/** Runs a command to its end with its output in `logFile`; rejects when it fails. */
export type RunLogged = (command: string, parameters: readonly string[], logFile: string) => Promise<void>;

/**
 * Makes the function that installs a Debian package without asking anything. The package lists are fetched once,
 * whatever the number of packages, and packages are installed one after the other, as apt's lock wants it.
 * @returns a function that throws LocalStackError `INSTALLATION_FAILED` with the end of apt-get's output
 */
export function createAptInstaller(options: {
  logFile: string;
  run: RunLogged;
}): (debianPackage: string) => Promise<void> {
  const { logFile } = options;
  // Another apt-get on this machine, often the unattended one, is waited for.
  const aptGet = (...parameters: string[]): Promise<void> =>
    options.run('apt-get', ['--option', 'DPkg::Lock::Timeout=120', '--yes', ...parameters], logFile);
  let lists: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();

  async function install(debianPackage: string): Promise<void> {
    try {
      lists ??= aptGet('update');
      await lists;
      await aptGet('install', '--no-install-recommends', debianPackage);
    } catch (cause) {
      const message = `apt-get could not install ${debianPackage}.\n${await excerptOf(logFile)}`;
      throw new LocalStackError('INSTALLATION_FAILED', message, { cause });
    }
  }

  return (debianPackage) => {
    const installation = last.then(() => install(debianPackage));
    last = installation.catch(() => undefined);
    return installation;
  };
}

import { LocalStackError } from '../local-stack-error.ts';

/** A program that npm can't carry. */
export interface SystemServer {
  /** As it is called on the command line: `redis-server`. */
  readonly command: string;
  readonly debianPackage: string;
  /** Its formula in Homebrew, where that is named otherwise. */
  readonly homebrewFormula?: string;
}

/** What the machine can do about a program; {@link systemHost} is the real one. */
export interface SystemHost {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Whether packages come by apt: Debian, Ubuntu and their kin. */
  hasApt(): Promise<boolean>;
  /** The absolute path of a program, or undefined when there is none. */
  find(command: string): Promise<string | undefined>;
  /** @throws LocalStackError `INSTALLATION_FAILED` */
  installPackage(debianPackage: string): Promise<void>;
}

/**
 * The absolute path of a program of this machine. Where it is missing and `mayInstall`, it is installed, as root on
 * Debian or Ubuntu, with a notice; `npm start` passes false and so changes nothing on anybody's machine.
 * @param options.onProgress told what is being installed, because that takes a while
 * @throws LocalStackError `SYSTEM_SERVER_MISSING`, whose message is the one line to act on, or `INSTALLATION_FAILED`
 */
export async function requireSystemServer(
  server: SystemServer,
  options: { mayInstall: boolean; host: SystemHost; onProgress: (line: string) => void },
): Promise<string> {
  const { host, mayInstall, onProgress } = options;
  const present = await host.find(server.command);
  if (present) return present;
  if (!mayInstall || !host.isRoot || !(await host.hasApt())) throw await missing(server, host);
  onProgress(`installing ${server.debianPackage} with apt-get, because ${server.command} is not on the PATH`);
  await host.installPackage(server.debianPackage);
  const installed = await host.find(server.command);
  if (installed) return installed;
  throw new LocalStackError(
    'INSTALLATION_FAILED',
    `The package ${server.debianPackage} is installed, but brought no ${server.command}.`,
  );
}

async function missing(server: SystemServer, host: SystemHost): Promise<LocalStackError> {
  const advice = await installAdvice(server, host);
  return new LocalStackError('SYSTEM_SERVER_MISSING', `${server.command} is not on the PATH: ${advice}`);
}

async function installAdvice(server: SystemServer, host: SystemHost): Promise<string> {
  if (host.platform === 'darwin') return `run \`brew install ${server.homebrewFormula ?? server.debianPackage}\`.`;
  if (!(await host.hasApt())) return `install it with your system's package manager.`;
  return `run \`${host.isRoot ? '' : 'sudo '}apt-get install --yes ${server.debianPackage}\`.`;
}

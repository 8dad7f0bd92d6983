import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { LocalStackError } from '../local-stack-error.ts';

const run = promisify(execFile);

/** The user Postgres runs as when it can't run as the caller: Postgres refuses to be root. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

const ACCOUNT_NAME = 'postgres';

/**
 * The account to run Postgres as: undefined (the caller) for everyone but root, for whom the system user `postgres` is
 * used and made if missing.
 * @throws LocalStackError `ACCOUNT_MISSING`
 */
export async function serverAccount(): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUpAccount();
  if (existing) return existing;
  const failure = await makeAccount();
  const made = await lookUpAccount();
  if (made) return made;
  throw new LocalStackError(
    'ACCOUNT_MISSING',
    `Postgres refuses to run as root, and the system user "${ACCOUNT_NAME}" could not be made (${failure ?? 'it is not found after useradd'}). ` +
      'Run this as a normal user, or make that user first.',
  );
}

async function lookUpAccount(): Promise<ServerAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', ACCOUNT_NAME]), run('id', ['-g', ACCOUNT_NAME])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Returns why it failed. A failure is not final: another process may have made the account in the same moment. */
async function makeAccount(): Promise<string | undefined> {
  const settings = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
  try {
    await run('useradd', [...settings, ACCOUNT_NAME]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/**
 * Makes sure that the account can reach `path` (a directory).
 * @throws LocalStackError `PATH_UNREACHABLE`, naming the directory that is closed to it
 */
export async function assertReachable(path: string, account: ServerAccount | undefined): Promise<void> {
  if (!account || (await canReach(path, account))) return;
  let closed = path;
  for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent)) {
    if (!(await canReach(parent, account))) closed = parent;
  }
  throw new LocalStackError(
    'PATH_UNREACHABLE',
    `Postgres can't run as root, so it runs as the user "${ACCOUNT_NAME}", for whom ${closed} is closed. ` +
      `Move the checkout to where every user may enter (such as /srv), run as a normal user, or run: chmod o+x ${closed}`,
  );
}

/** Whether the account can enter a directory or run a program; the system itself is asked, for mode bits know nothing of ACLs. */
export async function canReach(path: string, account: ServerAccount | undefined): Promise<boolean> {
  if (!account) return true;
  return run('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

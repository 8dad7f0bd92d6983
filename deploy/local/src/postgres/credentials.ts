import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { LocalStackError, systemCodeOf } from '../local-stack-error.ts';

/** The roles of every local cluster: who administers, who the services are, and who the replicas are. */
export const ROLES = { superuser: 'postgres', application: 'tributary', replication: 'replicator' } as const;

/** A password for each role of {@link ROLES}. They need no escaping in a URL, in SQL or in a settings file. */
export type Credentials = z.infer<typeof credentialsFile>;

const credentialsFile = z.object({
  superuser: z.string().min(1),
  application: z.string().min(1),
  replication: z.string().min(1),
});

interface CredentialsOptions {
  readonly file: string;
  readonly isFirstStart: boolean;
  readonly resetCommand: string;
}

/**
 * The passwords kept in `file`, which only its owner may read; made at random the first time.
 * @param options.isFirstStart false when data exists, which a new password would not open
 * @param options.resetCommand what a person runs to begin with empty databases
 * @throws LocalStackError `CREDENTIALS_MISSING`
 */
export async function loadCredentials(options: CredentialsOptions): Promise<Credentials> {
  const text = await readFile(options.file, 'utf8').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) return parseCredentials(options, text);
  if (!options.isFirstStart) throw unusable(options, 'is gone');
  const made = { superuser: newPassword(), application: newPassword(), replication: newPassword() };
  await writeFile(options.file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}

function parseCredentials(options: CredentialsOptions, text: string): Credentials {
  try {
    return credentialsFile.parse(JSON.parse(text));
  } catch (cause) {
    throw unusable(options, 'is not readable as passwords', cause);
  }
}

function unusable({ file, resetCommand }: CredentialsOptions, state: string, cause?: unknown): LocalStackError {
  const advice = `Put it back, or run \`${resetCommand}\` to start with empty databases.`;
  return new LocalStackError(
    'CREDENTIALS_MISSING',
    `${file} ${state}, and the databases open to no other passwords. ${advice}`,
    {
      cause,
    },
  );
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

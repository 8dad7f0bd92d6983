import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { LocalStackError, systemCodeOf } from '../local-stack-error.ts';
import { findProcess } from './processes.ts';

const ownerFile = z.object({ pid: z.number(), startedAt: z.string() });

/**
 * Takes a directory for this process, until `release` is called or the process has ended. Guards people from starting
 * twice; two starts in the same moment after a crash may both pass, and then Postgres's own lock decides.
 * @throws LocalStackError `DIRECTORY_IN_USE`, naming the process that has it
 */
export async function lockDirectory(file: string): Promise<{ release(): Promise<void> }> {
  await removeStaleLock(file);
  const self = await findProcess(process.pid);
  const owner = JSON.stringify({ pid: process.pid, startedAt: self?.startedAt ?? '' });
  try {
    await writeFile(file, owner, { flag: 'wx' });
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw inUse(file, undefined);
    throw error;
  }
  let isHeld = true;
  const release = async (): Promise<void> => {
    // A second call must not take the lock from who has it by then.
    if (isHeld) await rm(file, { force: true });
    isHeld = false;
  };
  return { release };
}

async function removeStaleLock(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const owner = parseOwner(text);
  const process = owner && (await findProcess(owner.pid));
  if (process && process.startedAt === owner.startedAt) throw inUse(file, `pid ${process.pid}: ${process.command}`);
  await rm(file, { force: true });
}

function parseOwner(text: string): z.infer<typeof ownerFile> | undefined {
  try {
    return ownerFile.parse(JSON.parse(text));
  } catch {
    // The process died while it wrote.
    return undefined;
  }
}

function inUse(file: string, who = 'another process'): LocalStackError {
  return new LocalStackError('DIRECTORY_IN_USE', `The stack runs already (${who}, says ${file}). Stop it first.`);
}

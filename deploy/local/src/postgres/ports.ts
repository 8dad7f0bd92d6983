import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { LocalStackError } from '../local-stack-error.ts';
import { findProcess } from './processes.ts';

const run = promisify(execFile);

const LOOPBACK = '127.0.0.1';

/** A port that nothing listens on now. It is not reserved: who gets it must bear losing it before listening. */
export async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new Error('The system gave no free port.');
  return port;
}

/**
 * Makes sure that a server can listen on the port, on the loopback address.
 * @throws LocalStackError `PORT_IN_USE`, naming the program that uses it where the system tells
 */
export async function assertPortFree(port: number): Promise<void> {
  if ((await listenOnce(port)) !== undefined) return;
  const pid = await listenerOf(port).catch(() => undefined);
  const user = pid === undefined ? undefined : await findProcess(pid);
  const by = user ? ` by pid ${user.pid} (${user.command})` : '';
  throw new LocalStackError('PORT_IN_USE', `Port ${port} is in use${by}. Stop that program or configure another port.`);
}

/** Listens for a moment; returns the port, or undefined when it could not. */
function listenOnce(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

/** The id of the process that listens on a port, as far as the caller may see it. */
export async function listenerOf(port: number): Promise<number | undefined> {
  if (process.platform === 'linux') return listenerFromProc(port);
  const { stdout } = await run('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN']);
  return Number(stdout.split('\n')[0]) || undefined;
}

/** Read from /proc, because slim images carry neither `ss` nor `lsof`. Columns as in proc_net_tcp. */
async function listenerFromProc(port: number): Promise<number | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = '0A';
  const row = tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .find((columns) => columns[1]?.endsWith(`:${hexPort}`) && columns[3] === listening);
  return row?.[9] === undefined ? undefined : ownerOfSocket(row[9]);
}

async function ownerOfSocket(inode: string): Promise<number | undefined> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (target === `socket:[${inode}]`) return Number(pid);
    }
  }
  return undefined;
}

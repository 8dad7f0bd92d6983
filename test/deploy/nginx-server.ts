import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { requireSystemProgram } from '../kit/system-program.ts';
import { keepTestLog } from '../kit/test-logger.ts';

/** A line of its log. */
export interface NginxLogLine {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** `HIT`, `MISS`, `BYPASS` … */
  readonly cache: string;
  /** `host:port` of the gateways that were asked, comma-separated. */
  readonly upstream: string;
}

/** Debian's nginx with the committed configuration. */
export interface NginxServer {
  /** Without a path. */
  readonly url: string;
  /** What it has logged so far. */
  log(): Promise<NginxLogLine[]>;
  /** Takes away where it puts bodies that do not fit into memory; what it returns brings that back. */
  loseBodies(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

export interface NginxOptions {
  /** URLs of the gateways, without a path. */
  readonly gateways: readonly string[];
  /** How much one address may ask for, in place of what is committed. */
  readonly requestsPerSecond?: number;
}

const NGINX = { command: 'nginx', debianPackage: 'nginx-light', homebrewFormula: 'nginx' };
const configuration = fileURLToPath(new URL('../../deploy/nginx/', import.meta.url));

/**
 * Starts nginx as `deploy/nginx` has it, on a free port of 127.0.0.1 and before these gateways.
 *
 * @throws Error with what nginx says when it takes its configuration for wrong
 */
export async function startNginx({ gateways, requestsPerSecond }: NginxOptions): Promise<NginxServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-nginx-'));
  const program = await requireSystemProgram(NGINX, join(folder, 'install.log'));
  const port = await freePort();
  // Its workers run as another user when it is started by root.
  await chmod(folder, 0o755);
  const files = join(folder, 'configuration');
  await cp(configuration, files, { recursive: true });
  await rewrite(join(files, 'upstream.conf'), (text) => withGateways(text, gateways));
  await rewrite(join(files, 'site.conf'), (text) => {
    const site = replaceOnce(text, /listen 8080;/, `listen 127.0.0.1:${port};`);
    return requestsPerSecond === undefined ? site : replaceOnce(site, /rate=\d+r\/s/, `rate=${requestsPerSecond}r/s`);
  });
  const log = await open(join(folder, 'access.log'), 'a');
  const child = spawn(
    program,
    ['-e', 'stderr', '-p', `${folder}/`, '-c', join(files, 'nginx.conf'), '-g', 'daemon off;'],
    { stdio: ['ignore', log.fd, 'pipe'] },
  );
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
    keepTestLog(text);
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}\n${complaints}`);
      return fetch(`${url}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    (isUp) => isUp,
  );
  return {
    url,
    async log() {
      const text = await readFile(join(folder, 'access.log'), 'utf8');
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    },
    async loseBodies() {
      const [place, elsewhere] = [join(folder, 'client_body'), join(folder, 'client_body_away')];
      await rename(place, elsewhere);
      return () => rename(elsewhere, place);
    },
    async stop() {
      await quit(child);
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The committed upstream, each of its lines of servers for all of ours. */
function withGateways(text: string, gateways: readonly string[]): string {
  const lines = text.split('\n');
  const isServer = (line: string, name: string) => line.trim().startsWith(`server ${name}:`);
  return lines
    .filter((line) => !isServer(line, 'gateway-2'))
    .flatMap((line) =>
      isServer(line, 'gateway-1') ? gateways.map((url) => line.replace('gateway-1:4000', new URL(url).host)) : [line],
    )
    .join('\n');
}

function replaceOnce(text: string, pattern: RegExp, replacement: string): string {
  if (!pattern.test(text)) throw new Error(`${pattern} is not in the configuration`);
  return text.replace(pattern, replacement);
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

async function quit(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

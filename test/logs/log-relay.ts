import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../cache/redis-server.ts';
import { requireSystemProgram } from '../kit/system-program.ts';

const NGINX = { command: 'nginx', debianPackage: 'nginx-light', homebrewFormula: 'nginx' };
const config = fileURLToPath(new URL('../../deploy/logs/relay.conf', import.meta.url));

/** nginx as it is deployed between a shipper and Elasticsearch. */
export interface LogRelay {
  readonly url: string;
  stop(): Promise<void>;
}

/** Installs it first where it is missing and may be; it need not be up yet. @param directory where it may have a folder of its own */
export async function startLogRelay(directory: string, elasticsearchUrl: string): Promise<LogRelay> {
  const program = await requireSystemProgram(NGINX, join(directory, 'install.log'));
  const folder = join(directory, 'relay');
  await mkdir(folder);
  // Its workers run as another user when it is started by root.
  await chmod(directory, 0o755);
  const port = await freePort();
  const text = await readFile(config, 'utf8');
  const file = join(folder, 'relay.conf');
  await writeFile(
    file,
    text
      .replace('listen 127.0.0.1:9201;', `listen 127.0.0.1:${port};`)
      .replace('server elasticsearch:9200;', `server ${new URL(elasticsearchUrl).host};`),
  );
  const child = spawn(program, ['-e', 'stderr', '-p', `${folder}/`, '-c', file, '-g', 'daemon off;'], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../../peers');

/** The path of a program in `load/peers`. */
export function peerProgram(path: string): string {
  return join(folder, path);
}

/**
 * Installs the other gateways unless what is there is what their lock file asks for. They are no part of the workspaces, so that
 * only who compares pays for them.
 * @throws Error when `npm ci` fails
 */
export function installPeers(): void {
  const lock = readFileSync(join(folder, 'package-lock.json'));
  const stampFile = join(folder, 'node_modules/.installed');
  const fingerprint = hash('sha256', lock);
  if (readIfThere(stampFile) === fingerprint) return;
  console.log('Installing the other gateways into load/peers (about 700 MB, once): npm ci');
  const { status, error } = spawnSync('npm', ['ci'], { cwd: folder, stdio: 'inherit', env: npmEnvironment() });
  if (status !== 0) throw new Error(`npm ci failed in load/peers${error ? `: ${error.message}` : ''}`);
  writeFileSync(stampFile, fingerprint);
}

/** Under `npm run`, npm says by its environment which project it is in; this is another one. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const { npm_config_local_prefix: _prefix, npm_package_json: _json, INIT_CWD: _cwd, ...rest } = process.env;
  return { ...rest, NODE_ENV: 'production' };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

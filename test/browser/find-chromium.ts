import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStackError } from '@tributary/local-stack/local-stack-error';
import { requireSystemServer } from '@tributary/local-stack/system-server/require-system-server';
import { systemHost } from '@tributary/local-stack/system-server/system-host';

const CHROMIUM = { command: 'chromium', debianPackage: 'chromium' };

/**
 * The path of Chromium; undefined, with a line on stderr that says why, where there is none. Where it can be installed without
 * asking anybody (as root on Debian, so in CI) it is.
 */
export async function findChromium(): Promise<string | undefined> {
  try {
    return await requireSystemServer(CHROMIUM, {
      mayInstall: true,
      host: systemHost({ installLog: join(tmpdir(), 'tributary-chromium-install.log') }),
      onProgress: print,
    });
  } catch (error) {
    if (!(error instanceof LocalStackError)) throw error;
    print(`The browser tests are skipped. ${error.message}`);
    return undefined;
  }
}

function print(line: string): void {
  process.stderr.write(`${line}\n`);
}

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStackError } from '@tributary/local-stack/local-stack-error';
import { requireSystemProgram } from '../kit/system-program.ts';

const CHROMIUM = { command: 'chromium', debianPackage: 'chromium' };

export interface ChromiumSearch {
  /** Whether tests may not go without it; as `TRIBUTARY_TEST_BROWSER=required` says, unless told. */
  readonly isRequired?: boolean;
  /** @throws LocalStackError where there is none, and none can be installed */
  readonly find?: () => Promise<string>;
}

/**
 * The path of Chromium; undefined, with a line on stderr that says why, where there is none. Where it can be installed without
 * asking anybody (as root on Debian, so in CI) it is.
 *
 * @throws LocalStackError where there is none, and it is required
 */
export async function findChromium({
  isRequired = process.env['TRIBUTARY_TEST_BROWSER'] === 'required',
  find = () => requireSystemProgram(CHROMIUM, join(tmpdir(), 'tributary-chromium-install.log')),
}: ChromiumSearch = {}): Promise<string | undefined> {
  try {
    return await find();
  } catch (error) {
    if (isRequired || !(error instanceof LocalStackError)) throw error;
    process.stderr.write(`The browser tests are skipped. ${error.message}\n`);
    return undefined;
  }
}

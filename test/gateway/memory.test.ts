import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const PROGRAM = join(import.meta.dirname, 'memory-program.ts');

/** By how many bytes the heap has grown for each byte that caches may take, after several times as much was put into them. */
async function growth(): Promise<Record<'compiled' | 'letIn', number>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', PROGRAM]);
  return JSON.parse(stdout);
}

describe('many operations that were never seen before', () => {
  it('take the memory that the caches of the gateway may take, and no more', async () => {
    const { compiled, letIn } = await growth();

    expect(compiled).toBeLessThan(1.3);
    expect(letIn).toBeLessThan(1.3);
  }, 120_000);
});

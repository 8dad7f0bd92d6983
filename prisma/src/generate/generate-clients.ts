import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const packageDirectory = fileURLToPath(new URL('../../', import.meta.url));
const prismaCommand = createRequire(import.meta.url).resolve('prisma/build/index.js');

/**
 * Generates the Prisma client of one schema folder into `generated/<schema>`, without the network: the `prisma-client`
 * generator needs no schema engine, but the command downloads one unless it is told of a binary that exists. Node's own does.
 */
async function generateClient(schema: 'catalog' | 'shard'): Promise<void> {
  await rm(`${packageDirectory}generated/${schema}`, { recursive: true, force: true });
  await run(process.execPath, [prismaCommand, 'generate', '--no-hints', `--schema=${schema}/schema.prisma`], {
    cwd: packageDirectory,
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  });
}

await Promise.all([generateClient('catalog'), generateClient('shard')]);

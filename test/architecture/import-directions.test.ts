import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const BIOME = join(ROOT, 'node_modules/.bin/biome');

/** A file of a package, and what it imports. */
type Import = [file: string, specifier: string];

const refused: Import[] = [
  ['gateway/src/probe.ts', '../../prisma/src/ids/id.ts'],
  ['gateway/src/limits/probe.ts', '../../../runtime/src/logging/logger.ts'],
  ['gateway/src/probe.ts', '@tributary/prisma/ids/id'],
  ['gateway/src/probe.ts', '@tributary/gateway/gateway'],
  ['gateway/src/probe.ts', '@tributary/subgraph-orders/events'],
  ['gateway/explorer/src/probe.ts', '../../src/gateway.ts'],
  ['gateway/explorer/src/probe.ts', '@tributary/gateway/gateway'],
  ['subgraphs/accounts/src/probe.ts', '../../orders/src/events.ts'],
  ['subgraphs/accounts/src/probe.ts', '../../../gateway/src/gateway.ts'],
  ['subgraphs/accounts/src/probe.ts', '../../../prisma/generated/shard/client.ts'],
  ['subgraphs/accounts/src/probe.ts', '@tributary/subgraph-accounts/token-audience'],
  ['subgraphs/catalog/src/probe.ts', '@tributary/test/kit/people'],
  ['subgraphs/inventory/src/probe.ts', '@tributary/local-stack/main'],
  ['subgraphs/notifications/src/probe.ts', '@tributary/gateway/gateway'],
  ['subgraphs/orders/src/probe.ts', '@tributary/load/queries'],
  ['subgraphs/reviews/src/probe.ts', '@tributary/subgraph-orders/events'],
  ['prisma/src/probe.ts', '../../runtime/src/logging/logger.ts'],
  ['prisma/src/queue/probe.ts', '../../../subgraphs/orders/src/events.ts'],
  ['prisma/src/queue/probe.ts', '@tributary/runtime/logging/logger'],
  ['runtime/src/probe.ts', '@tributary/prisma/ids/id'],
  ['runtime/src/http/probe.ts', '../../../prisma/src/ids/id.ts'],
  ['runtime/src/graphql/compiled/probe.ts', '../../../../test/kit/people.ts'],
  ['deploy/local/src/probe.ts', '../../../gateway/src/gateway.ts'],
  ['deploy/local/src/postgres/probe.ts', '@tributary/prisma/ids/id'],
  ['deploy/generator/src/probe.ts', '../../local/src/main.ts'],
  ['deploy/generator/src/probe.ts', '@tributary/gateway/gateway'],
  ['load/src/probe.ts', '../../gateway/src/gateway.ts'],
  ['load/src/bench/probe.ts', '@tributary/runtime/logging/logger'],
  ['test/flows/probe.ts', '../../gateway/src/gateway.ts'],
  ['test/flows/probe.ts', '@tributary/test/kit/people'],
];

const accepted: Import[] = [
  ['gateway/src/limits/probe.ts', '../gateway.ts'],
  ['gateway/src/probe.ts', '@tributary/runtime/logging/logger'],
  ['gateway/explorer/src/explain/probe.ts', '../store.ts'],
  ['subgraphs/accounts/src/probe.ts', './token-audience.ts'],
  ['subgraphs/accounts/src/probe.ts', '@tributary/prisma/ids/id'],
  ['subgraphs/catalog/src/probe.ts', '@tributary/runtime/logging/logger'],
  ['subgraphs/inventory/src/probe.ts', '@tributary/prisma/ids/id'],
  ['subgraphs/notifications/src/probe.ts', '@tributary/runtime/logging/logger'],
  ['subgraphs/orders/src/probe.ts', 'graphql'],
  ['subgraphs/reviews/src/probe.ts', '@tributary/prisma/ids/id'],
  ['prisma/src/queue/probe.ts', '../../generated/shard/client.ts'],
  ['runtime/src/graphql/compiled/probe.ts', '../../errors/coded-error.ts'],
  ['deploy/local/src/postgres/probe.ts', '@tributary/runtime/lifecycle/scope'],
  ['deploy/generator/src/dashboards/probe.ts', '@tributary/runtime/metrics/metric-catalogue'],
  ['load/src/bench/contenders/probe.ts', '../subgraphs/start-subgraphs.ts'],
  ['test/flows/probe.ts', '../kit/people.ts'],
  ['test/execution/probe.ts', '../gateway/library-subgraphs.ts'],
  ['test/flows/probe.ts', '@tributary/gateway/gateway'],
  ['test/flows/probe.ts', '@tributary/subgraph-orders/events'],
];

let folder: string;
/** The files, of those that are probed, in which the linter refuses an import. */
let refusedFiles: string[];

/** Every probe is a file of its own, so that what is refused in one is not taken for what is refused in the next. */
function probeFile([file]: Import, index: number): string {
  return file.replace('probe.ts', `probe-${index}.ts`);
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'tributary-imports-')));
  for (const file of ['biome.json', '.gitignore']) await copyFile(join(ROOT, file), join(folder, file));
  for (const [index, probe] of [...refused, ...accepted].entries()) {
    const path = join(folder, probeFile(probe, index));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `import { probed } from '${probe[1]}';\n\nprobed();\n`);
  }
  refusedFiles = await filesRefusedIn(folder);
});
afterAll(() => rm(folder, { recursive: true }));

async function filesRefusedIn(cwd: string): Promise<string[]> {
  const flags = ['--only=style/noRestrictedImports', '--reporter=github', '--max-diagnostics=none'];
  const output = await run(BIOME, ['lint', ...flags], { cwd }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
  const errors = output.matchAll(/^::error title=lint\/style\/noRestrictedImports,file=([^,]+)/gm);
  return Array.from(errors, ([, file]) => relative(cwd, resolve(cwd, String(file))));
}

describe('the linter', () => {
  it.each(refused.map((probe, index) => ({ file: probe[0], specifier: probe[1], path: probeFile(probe, index) })))(
    'refuses $specifier in $file',
    ({ path }) => {
      expect(refusedFiles).toContain(path);
    },
  );

  it.each(
    accepted.map((probe, index) => ({
      file: probe[0],
      specifier: probe[1],
      path: probeFile(probe, refused.length + index),
    })),
  )('accepts $specifier in $file', ({ path }) => {
    expect(refusedFiles).not.toContain(path);
  });

  it('is probed with what it refuses and what it accepts in every package', async () => {
    const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'));
    const folders = Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));

    expect(folders.length).toBeGreaterThan(0);
    for (const probes of [refused, accepted]) {
      const unprobed = folders.filter((path) => !probes.some(([file]) => file.startsWith(`${path}/`)));
      expect(unprobed).toEqual([]);
    }
  });
});

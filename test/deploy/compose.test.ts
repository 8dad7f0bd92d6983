import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { type ComposeFile, composeFolder, readComposeFile } from './compose-file.ts';
import { mostStoppingMs } from './release-limits.ts';
import { makeSampleSecrets, type SampleSecrets } from './sample-secrets.ts';
import { serviceVariables } from './service-variables.ts';
import { type ListedSubgraph, listSubgraphs } from './subgraph-names.ts';

const GATEWAYS = ['gateway-1', 'gateway-2'];

const prometheusFile = z.object({
  scrape_configs: z.array(z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) })),
});

let compose: ComposeFile;
let subgraphs: ListedSubgraph[];
let secrets: SampleSecrets;

beforeAll(async () => {
  compose = await readComposeFile();
  subgraphs = await listSubgraphs();
  secrets = await makeSampleSecrets();
});
afterAll(() => secrets.remove());

function service(name: string) {
  const found = compose.services[name];
  if (!found)
    throw new Error(`deploy/compose.yaml has no service ${name}, which gateway/supergraph.yaml or a test names`);
  return found;
}

const ours = () => [...GATEWAYS, ...subgraphs.map(({ name }) => name)];

describe('compose.yaml', () => {
  it('runs every subgraph of gateway/supergraph.yaml at its port, and nothing as one that is not listed', () => {
    const mains = Object.entries(compose.services)
      .filter(([, { command }]) => command?.[0]?.startsWith('subgraphs/'))
      .map(([name, { command, environment }]) => [name, command?.[0], environment['PORT']]);
    const listed = subgraphs.map(({ name, port }) => [name, `subgraphs/${name}/src/main.ts`, String(port)]);
    expect(mains.toSorted()).toEqual(listed.toSorted());
  });

  it.each(GATEWAYS)('tells %s where each subgraph is, and no other', (gateway) => {
    const urls = Object.entries(service(gateway).environment).filter(([name]) => name.startsWith('SUBGRAPH_URL_'));
    const listed = subgraphs.map(({ name, port }) => [
      `SUBGRAPH_URL_${name.toUpperCase()}`,
      `http://${name}:${port}/graphql`,
    ]);
    expect(urls.toSorted()).toEqual(listed.toSorted());
  });

  it('has gateways wait until every subgraph is healthy', () => {
    for (const gateway of GATEWAYS) {
      const expected = Object.fromEntries(subgraphs.map(({ name }) => [name, { condition: 'service_healthy' }]));
      expect(service(gateway).depends_on).toEqual(expected);
    }
  });

  it('sets only variables that their services know, to values that they take', async () => {
    for (const name of ours()) {
      const { environment } = service(name);
      const { names, read } = await serviceVariables(GATEWAYS.includes(name) ? 'gateway' : name);
      const unknown = Object.keys(environment).filter((each) => !names.has(each) && !each.startsWith('SUBGRAPH_URL_'));
      expect({ name, unknown }).toEqual({ name, unknown: [] });
      expect(() => read(secrets.standIn(environment))).not.toThrow();
    }
  });

  it('has accounts sign tokens for those who gateways take them from', () => {
    const claims = (name: string) =>
      ['TRIBUTARY_JWT_ISSUER', 'TRIBUTARY_JWT_AUDIENCE'].map((each) => service(name).environment[each]);
    for (const gateway of GATEWAYS) expect(claims('accounts')).toEqual(claims(gateway));
  });

  it('hands secrets over as files, each to those whose environment names it', () => {
    for (const name of [...ours(), 'migrate']) {
      const { environment, secrets: given } = service(name);
      const named = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
      expect({ name, given: given.map((each) => `/run/secrets/${each}`).toSorted() }).toEqual({
        name,
        given: named.toSorted(),
      });
      for (const [variable, value] of Object.entries(environment)) {
        expect([variable, /(password|secret|:\/\/[^/]*:[^/]*@)/i.test(value) && !value.startsWith('/run/')]).toEqual([
          variable,
          false,
        ]);
      }
    }
    for (const { secrets: given } of Object.values(compose.services)) {
      for (const secret of given) expect(Object.keys(compose.secrets)).toContain(secret);
    }
  });

  it('gives services longer to stop than they take at most', () => {
    for (const name of ours()) {
      const { stop_grace_period: grace = '', environment } = service(name);
      const graceMs = Number(/^(\d+)s$/.exec(grace)?.[1]) * 1_000;
      expect(graceMs).toBeGreaterThan(mostStoppingMs(Number(environment['TRIBUTARY_STOP_NOTICE_MS'] ?? 500)));
    }
  });

  it('counts the processes that have connections to the databases', () => {
    for (const { name } of subgraphs) {
      expect(service(name).environment['DATABASE_FLEET_PROCESSES']).toBe(String(subgraphs.length));
    }
    for (const name of GATEWAYS) {
      expect(service(name).environment['TRIBUTARY_RATE_LIMIT_PROCESSES']).toBe(String(GATEWAYS.length));
    }
  });

  it('has Prometheus scrape every service, and nothing that is not there', async () => {
    const text = await readFile(join(composeFolder, 'prometheus/prometheus.yml'), 'utf8');
    const targets = prometheusFile
      .parse(parse(text))
      .scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap((each) => each.targets));
    const expected = ours().map((name) => `${name}:${service(name).environment['TRIBUTARY_METRICS_PORT']}`);
    expect(targets.toSorted()).toEqual(expected.toSorted());
  });

  it('pins every image, bounds every container, and knows of each that stays whether it is well', () => {
    for (const [name, { image, build, deploy, healthcheck }] of Object.entries(compose.services)) {
      if (build === undefined)
        expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+(\.\d+)?[-\w.]*$/)]);
      expect([name, Object.keys(deploy?.resources.limits ?? {}).toSorted()]).toEqual([name, ['cpus', 'memory']]);
      // Ours brings its own; Jaeger's image has no program to ask with.
      if (build === undefined && name !== 'jaeger')
        expect([name, healthcheck?.test.length]).not.toEqual([name, undefined]);
    }
  });

  it('takes Postgres for well when it hears of it by TCP, which it does not while its databases are made', () => {
    for (const name of ['postgres', 'postgres-replica']) {
      expect(service(name).healthcheck?.test).toEqual(['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'postgres']);
    }
  });

  it('mounts what is there, and reads what its folders hold', async () => {
    const made = ['./grafana/dashboards', './secrets'];
    for (const { volumes } of Object.values(compose.services)) {
      const paths = volumes.map((volume) => volume.split(':')[0] ?? '').filter((path) => path.startsWith('.'));
      for (const path of paths.filter((each) => !made.includes(each))) await stat(join(composeFolder, path));
    }
    for (const { file } of Object.values(compose.configs)) await stat(resolve(composeFolder, file));
  });

  it('lets no gateway and no nginx reach the databases', () => {
    expect(service('postgres').networks).toEqual(['data']);
    for (const name of [...GATEWAYS, 'nginx']) expect(service(name).networks).not.toContain('data');
    expect(service('nginx').networks).toEqual(['edge']);
  });
});

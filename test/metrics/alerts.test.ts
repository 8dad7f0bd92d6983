import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readSupergraphConfig } from '@tributary/gateway/composition/supergraph-config';
import { parse } from 'yaml';
import { z } from 'zod';
import { SYSTEM_PROGRAM_LIMIT_MS } from '../kit/system-program.ts';
import { PROMETHEUS_FOLDER, readConfiguration, readRules } from './prometheus-files.ts';
import { requirePrometheusProgram } from './prometheus-server.ts';

const checkout = resolve(import.meta.dirname, '../..');
const RUNBOOKS = 'docs/runbooks';
const testFileSchema = z.object({
  tests: z.array(
    z.object({ alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })) }),
  ),
});
const composeSchema = z.object({ services: z.record(z.string(), z.unknown()) });

let promtool: string;
beforeAll(async () => {
  promtool = await requirePrometheusProgram('promtool');
}, SYSTEM_PROGRAM_LIMIT_MS);

function runPromtool(...args: string[]) {
  return promisify(execFile)(promtool, args, { cwd: PROMETHEUS_FOLDER });
}

async function alertNames(): Promise<string[]> {
  return (await readRules('alerts.yml')).flatMap(({ alert }) => alert ?? []);
}

async function readYaml(file: string): Promise<unknown> {
  return parse(await readFile(join(checkout, file), 'utf8'), { merge: true });
}

describe('alerts', () => {
  it('are taken by promtool, with the configuration that names them', async () => {
    const { stdout } = await runPromtool('check', 'config', 'prometheus.yml');
    expect(stdout).toContain(`SUCCESS: ${(await alertNames()).length} rules found`);
  });

  it('fire when promtool has them see what they are about, and not for something like it', async () => {
    const { stdout } = await runPromtool('test', 'rules', 'alerts.test.yml');
    expect(stdout).toContain('SUCCESS');
  });

  it('are tested each with what fires it and with what does not', async () => {
    const { tests } = testFileSchema.parse(await readYaml('deploy/prometheus/alerts.test.yml'));
    const tried = tests.flatMap((test) => test.alert_rule_test);
    const names = (await alertNames()).toSorted();
    const namesOf = (fires: boolean) =>
      tried.flatMap(({ alertname, exp_alerts }) => (exp_alerts.length > 0 === fires ? [alertname] : [])).toSorted();
    expect(namesOf(true)).toEqual(names);
    expect(namesOf(false)).toEqual(names);
  });

  it('have a runbook each, which says what to look at and what to do, and every runbook has an alert', async () => {
    const rules = (await readRules('alerts.yml')).filter(({ alert }) => alert !== undefined);
    const pages = rules.map(({ annotations }) => annotations['runbook_url'] ?? 'none');
    expect(pages).toEqual(rules.map(({ alert }) => `${RUNBOOKS}/${alert}.md`));
    const files = await readdir(join(checkout, RUNBOOKS));
    expect(files.map((file) => `${RUNBOOKS}/${file}`).toSorted()).toEqual(pages.toSorted());
    for (const page of pages) {
      const text = await readFile(join(checkout, page), 'utf8');
      expect(text).toMatch(/^# \w+\n\n\S/);
      expect(text).toMatch(/^## Look at\n\n- /m);
      expect(text).toMatch(/^## Do\n\n- /m);
    }
  });

  it('page or open a ticket, and say what is wrong', async () => {
    for (const { labels, annotations } of (await readRules('alerts.yml')).filter(({ alert }) => alert)) {
      expect(['page', 'ticket']).toContain(labels['severity']);
      expect(annotations).toEqual({
        summary: expect.any(String),
        description: expect.any(String),
        runbook_url: expect.any(String),
      });
    }
  });
});

describe('what Prometheus scrapes', () => {
  it('is the gateway and every subgraph of the supergraph, at services of the compose file', async () => {
    const { scrape_configs: jobs } = await readConfiguration();
    const subgraphs = await readSupergraphConfig(join(checkout, 'gateway/supergraph.yaml'));
    expect(jobs.map(({ job_name }) => job_name)).toEqual(['gateway', ...subgraphs.map(({ name }) => name)]);
    const { services } = composeSchema.parse(await readYaml('deploy/compose.yaml'));
    const targets = jobs.flatMap(({ static_configs }) => static_configs.flatMap((each) => each.targets));
    expect(targets.filter((target) => !(target.replace(/:9464$/, '') in services))).toEqual([]);
  });
});

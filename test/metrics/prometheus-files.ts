import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Where Prometheus's configuration and rules are. */
export const PROMETHEUS_FOLDER = resolve(import.meta.dirname, '../../deploy/prometheus');

const ruleFileSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          alert: z.string().optional(),
          record: z.string().optional(),
          expr: z.string(),
          labels: z.record(z.string(), z.string()).default({}),
          annotations: z.record(z.string(), z.string()).default({}),
        }),
      ),
    }),
  ),
});
const configurationSchema = z.object({
  global: z.object({ scrape_interval: z.string(), evaluation_interval: z.string() }),
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.object({ job_name: z.string(), static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
  ),
});

/** An alert or a recording rule. */
export type Rule = z.output<typeof ruleFileSchema>['groups'][number]['rules'][number];

/** The rules of a file of the folder. */
export async function readRules(file: string): Promise<Rule[]> {
  const { groups } = ruleFileSchema.parse(parse(await readFile(resolve(PROMETHEUS_FOLDER, file), 'utf8')));
  return groups.flatMap(({ rules }) => rules);
}

/** The content of `prometheus.yml`. */
export async function readConfiguration(): Promise<z.output<typeof configurationSchema>> {
  return configurationSchema.parse(parse(await readFile(resolve(PROMETHEUS_FOLDER, 'prometheus.yml'), 'utf8')));
}

/** As `prometheus.yml`, with its rules, but every second and with other targets. */
export async function testConfiguration(targets: ReadonlyMap<string, string>): Promise<object> {
  const configuration = await readConfiguration();
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: configuration.rule_files.map((file) => resolve(PROMETHEUS_FOLDER, file)),
    scrape_configs: configuration.scrape_configs.map(({ job_name }) => ({
      job_name,
      static_configs: [{ targets: [targets.get(job_name)] }],
    })),
  };
}

const COMPARISON = /\s(?:==|!=|>=|<=|>|<) [\d.]+(?: \* [\d.]+)?/g;

/**
 * What an alert looks at, whether or not it is alarming.
 * @throws Error for an expression without a comparison, which would always fire
 */
export function withoutComparisons(expr: string): string {
  const looked = expr.replaceAll(COMPARISON, '');
  if (looked === expr) throw new Error(`${expr} compares nothing with a number`);
  return looked;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { stringify } from 'yaml';
import { z } from 'zod';
import { eventually } from '../kit/eventually.ts';
import { lastingPort } from '../kit/lasting-ports.ts';
import { requireSystemProgram } from '../kit/system-program.ts';
import { keepTestLog } from '../kit/test-logger.ts';

const PROMETHEUS = { command: 'prometheus', debianPackage: 'prometheus' };

const seriesSchema = z.object({
  metric: z.record(z.string(), z.string()),
  value: z.tuple([z.number(), z.string()]),
});
const answerSchema = z.object({ status: z.literal('success'), data: z.object({ result: z.array(seriesSchema) }) });
const metadataSchema = z.object({
  data: z.record(z.string(), z.array(z.object({ type: z.string(), help: z.string() }))),
});

/** A value of a query with its labels. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A running Prometheus. */
export interface PrometheusServer {
  /** @throws Error with what Prometheus says for a query that it does not take */
  query(expr: string): Promise<Series[]>;
  /** Type and help of all that was scraped, by name. */
  metadata(): Promise<Readonly<Record<string, { readonly type: string; readonly help: string }>>>;
}

/** The path of a program that comes with Prometheus, which is installed first where it is missing. */
export async function requirePrometheusProgram(command: 'prometheus' | 'promtool'): Promise<string> {
  const installLog = join(tmpdir(), 'tributary-prometheus-install.log');
  return requireSystemProgram({ ...PROMETHEUS, command }, installLog);
}

/**
 * Runs Prometheus with a configuration, and waits until it answers; the scope stops it.
 * @param configuration the content of its file
 */
export async function startPrometheus(scope: Scope, configuration: object): Promise<PrometheusServer> {
  const program = await requirePrometheusProgram('prometheus');
  const folder = scope.own(
    await mkdtemp(join(tmpdir(), 'tributary-prometheus-')),
    (path) => rm(path, { recursive: true }),
    'folder of Prometheus',
  );
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, stringify(configuration));
  const url = `http://127.0.0.1:${await lastingPort()}`;
  const child = spawn(
    program,
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  child.stderr.on('data', keepTestLog);
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  scope.own(child, stop, 'Prometheus');
  await eventually(
    () => isReady(url),
    (ready) => ready,
    { limitMs: 20_000 },
  );
  return {
    async query(expr) {
      const response = await fetch(`${url}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: expr }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${expr}: ${text}`);
      const { data } = answerSchema.parse(JSON.parse(text));
      return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    async metadata() {
      const response = await fetch(`${url}/api/v1/metadata`);
      const { data } = metadataSchema.parse(await response.json());
      return Object.fromEntries(
        Object.entries(data).flatMap(([name, [first]]) => (first ? [[name, first] as const] : [])),
      );
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${url}/-/ready`);
    return ok;
  } catch {
    return false;
  }
}

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeRun } from './chaos-report.ts';
import { type ChaosReport, harmedTargets, runChaos } from './chaos-run.ts';

// The short form of `npm run chaos`, on the queue that has more parts to fail.

const SECONDS = 15;
const RUN_LIMIT_MS = 300_000;

let directory: string;
let report: ChaosReport;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-chaos-test-'));
  // Postgres runs as another user when this runs as root.
  await chmod(directory, 0o711);
  report = await runChaos({
    seed: 85,
    seconds: SECONDS,
    clients: 20,
    queue: 'rabbitmq',
    replicas: 0,
    faultEveryMs: 1_200,
    directory,
    print: () => undefined,
    signal: new AbortController().signal,
  });
}, RUN_LIMIT_MS);
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a marketplace whose parts are killed and frozen while 20 clients place, repeat and cancel orders', () => {
  it('keeps every promise', () => {
    expect(describeRun({ ...report, unexpectedEnds: [] }, SECONDS)).toMatch(/no violation$/);
    expect(report.violations).toEqual([]);
  });

  it('settles by itself, and no process ends that nobody kills', () => {
    expect(report.settledAfterMs).toBeDefined();
    expect(report.unexpectedEnds).toEqual([]);
  });

  it('was harmed in most of its parts, which clients noticed, and took orders meanwhile', () => {
    const harmed = new Set(report.faults.map(({ target }) => target));
    expect(harmed.size).toBeGreaterThan(harmedTargets('rabbitmq').length / 2);
    const statuses = report.evidence.orders.map(({ status }) => status);
    expect(statuses).toContain('CONFIRMED');
    const failures = report.evidence.log.filter((entry) => entry.kind === 'told' && entry.outcome.kind === 'failed');
    expect(failures).not.toEqual([]);
  });
});

import { appendFileSync } from 'node:fs';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLogger, type Logger } from '@tributary/runtime/logging/logger';
import { runWithRequestWork } from '@tributary/runtime/request/request-work';
import { eventually } from '../kit/eventually.ts';
import { lastingPort } from '../kit/lasting-ports.ts';
import { SYSTEM_PROGRAM_LIMIT_MS } from '../kit/system-program.ts';
import { LogReceiver } from './log-receiver.ts';
import { type LogRelay, startLogRelay } from './log-relay.ts';
import { type LogShipper, startLogShipper } from './log-shipper.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const trace = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, span: undefined };

let directory: string;
let receiver: LogReceiver;
let shipper: LogShipper;
let relay: LogRelay | undefined;
let orders: Logger;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-logs-'));
  await Promise.all(['logs', 'state'].map((folder) => mkdir(join(directory, folder))));
  receiver = new LogReceiver(await lastingPort());
  orders = createLogger({ service: 'orders', level: 'info' }, { write: (line) => appendLine('orders', line) });
  shipper = await startLogShipper(directory, receiver.url);
}, SYSTEM_PROGRAM_LIMIT_MS);
afterAll(async () => {
  await shipper?.stop();
  await relay?.stop();
  await receiver?.stop();
  await rm(directory, { recursive: true, force: true });
});

function appendLine(service: string, line: string): void {
  appendFileSync(join(directory, 'logs', `${service}.log`), line);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function arrived(messages: readonly string[]) {
  return eventually(
    async () => receiver.messages,
    (seen) => messages.every((message) => seen.includes(message)),
    { limitMs: 20_000 },
  );
}

it('brings what services log to Elasticsearch as it is, also what was logged while that was away', async () => {
  orders.info({ url: 'http://127.0.0.1:4004' }, 'listening');
  runWithRequestWork('r1', () => orders.warn({ headers: { authorization: 'hunter2' } }, 'refused'), undefined, trace);
  await receiver.start();
  await arrived(['listening', 'refused']);

  expect(receiver.lines.find(({ document }) => document['msg'] === 'refused')).toMatchObject({
    index: `tributary-logs-${today()}`,
    document: {
      level: 'warn',
      service: 'orders',
      trace_id: TRACE_ID,
      span_id: 'b7ad6b7169203331',
      headers: { authorization: '[redacted]' },
    },
  });
}, 30_000);

it('brings the last words of a process that are no JSON, as an error', async () => {
  appendLine('catalog', 'FATAL ERROR: Reached heap limit\n');
  await arrived(['FATAL ERROR: Reached heap limit']);
  const { document, index } = receiver.lines.find(({ document: { msg } }) => String(msg).startsWith('FATAL')) ?? {};
  expect(document).toMatchObject({ level: 'error', metadata: { filename: expect.stringMatching(/catalog\.log$/) } });
  expect(index).toMatch(/^tributary-logs-\d{4}-\d\d-\d\d$/);
}, 30_000);

it('understands lines as container runtimes keep them, and their last words', async () => {
  const line = (msg: string) => JSON.stringify({ level: 'warn', time: '2026-01-31T07:02:38.819Z', msg });
  const docker = (log: string) =>
    `${JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: '2026-02-01T00:00:00Z' })}\n`;
  appendLine('kept', `2026-02-01T00:00:00.8191234Z stdout F ${line('by containerd')}\n`);
  appendLine('kept', '2026-02-01T00:00:00.8191234Z stderr F out of memory\n');
  appendLine('kept', docker(line('by "Docker"')));
  appendLine('kept', docker('out of luck'));
  await arrived(['by containerd', 'out of memory', 'by "Docker"', 'out of luck']);

  const kept = receiver.lines.filter(({ document }) => /^(by|out of)/.test(String(document['msg'])));
  expect(kept.map(({ index, document: { level, msg } }) => [index.slice(-10), level, msg])).toEqual([
    ['2026-01-31', 'warn', 'by containerd'],
    [today(), 'error', 'out of memory'],
    ['2026-01-31', 'warn', 'by "Docker"'],
    [today(), 'error', 'out of luck'],
  ]);
}, 30_000);

it.each(['../../_al', '2026-99-99T00:00:00Z', 5, undefined])(
  'puts a line whose time is no date (%s) into the index of today',
  async (time) => {
    appendLine('orders', `${JSON.stringify({ level: 'info', time, msg: `at ${time}` })}\n`);
    await arrived([`at ${time}`]);
    const { index } = receiver.lines.find(({ document }) => document['msg'] === `at ${time}`) ?? {};
    expect(index).toBe(`tributary-logs-${today()}`);
  },
  30_000,
);

it('sends again what was refused for now', async () => {
  receiver.refusals = 1;
  orders.info('too much at once');
  await arrived(['too much at once']);
  expect(receiver.refusals).toBe(0);
}, 30_000);

it('goes on where it stopped, and sends nothing twice', async () => {
  await shipper.stop();
  const before = receiver.lines.length;
  orders.info('while nobody read');
  relay = await startLogRelay(directory, receiver.url);
  shipper = await startLogShipper(directory, relay.url);
  await arrived(['while nobody read']);
  expect(receiver.messages.slice(before)).toEqual(['while nobody read']);
}, 30_000);

it('sends again, through nginx, what was refused as a whole', async () => {
  const before = receiver.lines.length;
  receiver.wholeRefusals = 1;
  orders.info('to nobody who could take it');
  await arrived(['to nobody who could take it']);
  expect(receiver.wholeRefusals).toBe(0);
  expect(receiver.messages.slice(before)).toEqual(['to nobody who could take it']);
  await expect(access(join(directory, 'state', 'refused.json'))).rejects.toThrow('ENOENT');
}, 30_000);

import { join } from 'node:path';
import type { LoadOrder, LoadPlan } from '../bench/measure/load-plan.ts';
import type { LoadResult } from '../bench/measure/load-result.ts';
import { runToEnd } from '../bench/processes/child-process.ts';
import { processUsage } from '../bench/processes/process-usage.ts';
import { gatewayPid } from './gateway-pid.ts';

export interface OverloadOptions {
  /** The gateway's. */
  readonly port: number;
  /** How many times the peak is offered. */
  readonly times: number;
  /** For how long. */
  readonly seconds: number;
}

/** What an overload came to. */
export interface OverloadRun {
  /** The most answers a second that any number of connections got in a closed loop. */
  readonly peakPerSecond: number;
  readonly peakConnections: number;
  /** At 70 % of the peak. */
  readonly normal: LoadResult;
  readonly offeredPerSecond: number;
  readonly overload: LoadResult;
  readonly residentBytes: { readonly before: number; readonly peak: number };
  /** How many seconds after the end of the overload the first second was without a refusal, and as fast as usual. */
  readonly recoveryS: number | undefined;
}

const QUERY = '{ products(first: 10) { nodes { id title reviews(first: 3) { nodes { rating body } } } } }';

const CLOSED_LOOPS = [8, 16, 32, 64];
const CLOSED_LOOP_S = 4;
const NORMAL_SHARE = 0.7;
const NORMAL_S = 8;
/** Enough that none of the requests of an open loop waits for one while they take 200 ms. */
const CONNECTIONS = 1_000;
const MOST_RECOVERY_S = 10;
/** What is fast enough, as a multiple of the usual 99th percentile. */
export const TOLERATED_P99 = 3;
const GRACE_MS = 60_000;
const SAMPLE_MS = 250;

/**
 * Finds what a gateway can do, offers it more than that, and looks at what it makes of it.
 * @throws Error when the gateway does not answer
 */
export async function runOverload({ port, times, seconds }: OverloadOptions): Promise<OverloadRun> {
  const body = JSON.stringify({ query: QUERY });
  // The first answer of all comes another way than those after it, and is a little longer.
  await answerBytes(port, body);
  const expectedBytes = await answerBytes(port, body);
  const load = (plan: LoadPlan, connections: number) => runLoad({ ...plan, port, connections });
  const saturate = (loopSeconds: number, connections: number) =>
    load({ kind: 'saturate', body, expectedBytes, seconds: loopSeconds }, connections);
  const pace = (requestsPerSecond: number, paceSeconds: number) =>
    load({ kind: 'pace', body, expectedBytes, seconds: paceSeconds, requestsPerSecond }, CONNECTIONS);

  await saturate(CLOSED_LOOP_S, CLOSED_LOOPS[0] ?? 1);
  let [peakPerSecond, peakConnections] = [0, 0];
  for (const connections of CLOSED_LOOPS) {
    const perSecond = rateOf(await saturate(CLOSED_LOOP_S, connections));
    if (perSecond > peakPerSecond) [peakPerSecond, peakConnections] = [perSecond, connections];
  }
  if (peakPerSecond === 0) throw new Error('no request of a closed loop was answered as the first one was');
  const usual = Math.round(peakPerSecond * NORMAL_SHARE);
  const normal = await pace(usual, NORMAL_S);
  const offeredPerSecond = Math.round(peakPerSecond * times);
  const pid = gatewayPid(port);
  const before = processUsage(pid).residentBytes;
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, processUsage(pid).residentBytes);
  }, SAMPLE_MS);
  const overload = await pace(offeredPerSecond, seconds).finally(() => clearInterval(sampling));
  const recoveryS = await untilUsual(() => pace(usual, 1), normal);
  return {
    peakPerSecond,
    peakConnections,
    normal,
    offeredPerSecond,
    overload,
    residentBytes: { before, peak },
    recoveryS,
  };
}

/** Answers a second. */
export function rateOf({ answers, elapsedMs }: LoadResult): number {
  return (answers * 1_000) / elapsedMs;
}

async function untilUsual(oneSecond: () => Promise<LoadResult>, normal: LoadResult): Promise<number | undefined> {
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < MOST_RECOVERY_S * 1_000) {
    const sinceMs = performance.now() - startedAtMs;
    const { failures, p99Ms } = await oneSecond();
    if (failures === 0 && p99Ms <= TOLERATED_P99 * normal.p99Ms) return sinceMs / 1_000;
  }
  return undefined;
}

async function answerBytes(port: number, body: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"')) throw new Error(`the gateway answers ${text.slice(0, 500)}`);
  return Buffer.byteLength(text);
}

/** In a process of its own, so that load and report do not wait for each other. */
async function runLoad(order: LoadOrder): Promise<LoadResult> {
  const output = await runToEnd({
    name: 'load',
    args: [join(import.meta.dirname, '../bench/measure/load-main.ts'), JSON.stringify(order)],
    core: undefined,
    limitMs: order.seconds * 1_000 + GRACE_MS,
  });
  return JSON.parse(output);
}

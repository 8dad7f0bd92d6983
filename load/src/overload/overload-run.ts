import type { LoadPlan } from '../bench/measure/load-plan.ts';
import type { LoadResult } from '../bench/measure/load-result.ts';
import { runLoad } from '../bench/measure/run-load.ts';
import { watchUsage } from '../bench/processes/watched-usage.ts';
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
  /** The most answers a second at any rate that was offered on the way up. */
  readonly peakPerSecond: number;
  /** What was offered then. */
  readonly peakOfferedPerSecond: number;
  /** At 70 % of the peak. */
  readonly normal: LoadResult;
  readonly offeredPerSecond: number;
  readonly overload: LoadResult;
  readonly residentBytes: { readonly before: number; readonly peak: number };
  /** How many seconds after the end of the overload the first second was without a refusal, and as fast as usual. */
  readonly recoveryS: number | undefined;
}

const QUERY = '{ products(first: 10) { nodes { id title reviews(first: 3) { nodes { rating body } } } } }';

/** Connections of a closed loop that warms everything up, and says about where to begin. */
const WARM_UP = { connections: 16, seconds: 5 };
/** The first rate offered, as a share of what the closed loop got, and how much more each further one is. */
const FIRST_SHARE = 0.6;
const STEP = 1.15;
const STEP_S = 4;
/** After so many rates in a row that got no further, the peak is behind. */
const STEPS_BEYOND_PEAK = 3;
const SETTLING_S = 2;
const NORMAL_SHARE = 0.7;
const NORMAL_S = 8;
/** Enough that none of the requests of an open loop waits for one while they take 200 ms. */
const CONNECTIONS = 1_000;
const MOST_RECOVERY_S = 10;
/** What is fast enough, as a multiple of the usual 99th percentile. */
export const TOLERATED_P99 = 3;

/**
 * Finds what a gateway can do, offers it more than that, and looks at what it makes of it.
 * @throws Error when the gateway does not answer
 */
export async function runOverload({ port, times, seconds }: OverloadOptions): Promise<OverloadRun> {
  const body = JSON.stringify({ query: QUERY });
  // The first answer of all comes another way than those after it, and is a little longer.
  await answerBytes(port, body);
  const expectedBytes = await answerBytes(port, body);
  const load = (plan: LoadPlan, connections: number) => runLoad({ ...plan, port, connections }, undefined);
  const saturate = (loopSeconds: number, connections: number) =>
    load({ kind: 'saturate', body, expectedBytes, seconds: loopSeconds }, connections);
  const pace = (requestsPerSecond: number, paceSeconds: number) =>
    load({ kind: 'pace', body, expectedBytes, seconds: paceSeconds, requestsPerSecond }, CONNECTIONS);

  const warm = rateOf(await saturate(WARM_UP.seconds, WARM_UP.connections));
  const [peakPerSecond, peakOfferedPerSecond] = await findPeak(warm * FIRST_SHARE, (rate) => pace(rate, STEP_S));
  if (peakPerSecond === 0) throw new Error('no request was answered as the first one was');
  const usual = Math.round(peakPerSecond * NORMAL_SHARE);
  await pace(usual, SETTLING_S);
  const normal = await pace(usual, NORMAL_S);
  const offeredPerSecond = Math.round(peakPerSecond * times);
  const usage = await watchUsage(gatewayPid(port), () => pace(offeredPerSecond, seconds));
  const recoveryS = await untilUsual(() => pace(usual, 1), normal);
  return {
    peakPerSecond,
    peakOfferedPerSecond,
    normal,
    offeredPerSecond,
    overload: usage.result,
    residentBytes: { before: usage.before.residentBytes, peak: usage.peakResidentBytes },
    recoveryS,
  };
}

/** Offers more and more until nothing is gained by it; the most answers a second, and what was offered then. */
async function findPeak(
  firstPerSecond: number,
  offer: (requestsPerSecond: number) => Promise<LoadResult>,
): Promise<[answered: number, offered: number]> {
  let peak: [number, number] = [0, 0];
  let stepsBeyond = 0;
  for (let rate = firstPerSecond; stepsBeyond < STEPS_BEYOND_PEAK; rate *= STEP) {
    const offered = Math.round(rate);
    const answered = rateOf(await offer(offered));
    stepsBeyond = answered > peak[0] ? 0 : stepsBeyond + 1;
    if (answered > peak[0]) peak = [answered, offered];
  }
  return peak;
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

import { setTimeout as delay } from 'node:timers/promises';
import type { Marketplace } from '@tributary/prisma/seed/marketplace';
import { castMarket, fillMarket, readReviewedProducts } from '../faults/load/market.ts';
import type { Operation } from '../faults/load/operation.ts';
import { operationsOf } from '../faults/load/operations.ts';
import type { FaultTarget } from '../kit/faults/fault-target.ts';
import { SUBGRAPHS } from '../kit/faults/faulty-services.ts';
import { startFaultyStack } from '../kit/faults/faulty-stack.ts';
import type { ConstantLoad, LoadOutcome } from './constant-load.ts';
import { isSentAgain, startMarketplaceLoad } from './marketplace-load.ts';

export interface RestartsOptions {
  /** Empty; gets databases and logs. Postgres, which is another user when this one is root, has to reach it. */
  readonly directory: string;
  readonly queue: 'embedded' | 'rabbitmq';
  readonly clients: number;
  readonly print: (line: string) => void;
  /** Gives the run up; the stack is stopped then. */
  readonly signal: AbortSignal;
}

/** What came of the requests of one part of a run. */
export interface RestartsPart extends LoadOutcome {
  readonly what: string;
  /** `orders-1` and so on, in their order. */
  readonly processes: readonly string[];
}

const INSTANCES = Object.fromEntries(SUBGRAPHS.map((subgraph) => [subgraph, 2]));
const WARM_ANSWERS = 400;
/** Until a process that is gone, or back, is nothing new to anybody. */
const BETWEEN_MS = 1_000;

/**
 * Starts the whole marketplace with two of each service, and keeps asking it for everything while each process is restarted, one after
 * the other, and then for all but mutations without an idempotency key while one of two instances of each subgraph is killed, and comes
 * back. The stack is gone when it ends.
 * @throws the reason of the signal, or what keeps a process from starting
 */
export async function runRestarts({
  directory,
  queue,
  clients,
  print,
  signal,
}: RestartsOptions): Promise<RestartsPart[]> {
  let marketplace: Marketplace | undefined;
  const stack = await startFaultyStack({
    directory,
    queue,
    hasRedis: true,
    replicas: 0,
    gateways: 2,
    instances: INSTANCES,
    fill: async (config) => {
      marketplace = await fillMarket(config);
    },
    onUnexpectedEnd: (name, how) => print(`${name} ended with ${how}, and nobody asked it to`),
  });
  try {
    if (marketplace === undefined) throw new Error('the databases were not filled');
    const market = await castMarket(marketplace, stack.keys, await readReviewedProducts(stack.config));
    const services = stack.targets.filter(({ restart }) => restart !== undefined);
    const instances = services.filter(({ name }) => SUBGRAPHS.some((subgraph) => name === `${subgraph}-1`));
    const operations = operationsOf(market);
    const loadOf = (asked: readonly Operation[]) => () => startMarketplaceLoad(asked, stack.gatewayUrls, clients);
    const [start, startOfSentAgain] = [loadOf(operations), loadOf(operations.filter(isSentAgain))];
    return [
      await partOf('restarted', { targets: services, start, print, signal, harm: (target) => target.restart?.() }),
      await partOf('killed', { targets: instances, start: startOfSentAgain, print, signal, harm: killAndBringBack }),
    ];
  } finally {
    await stack.close();
  }
}

interface PartOptions {
  readonly targets: readonly FaultTarget[];
  readonly start: () => ConstantLoad;
  readonly harm: (target: FaultTarget) => Promise<void> | undefined;
  readonly print: RestartsOptions['print'];
  readonly signal: AbortSignal;
}

async function partOf(what: string, { targets, start, harm, print, signal }: PartOptions): Promise<RestartsPart> {
  signal.throwIfAborted();
  const load = start();
  try {
    await untilAnswered(load, WARM_ANSWERS, signal);
    for (const target of targets) {
      await harm(target);
      print(`${target.name} was ${what}, and is back; ${load.answered()} requests answered, ${load.failed()} failed`);
      await delay(BETWEEN_MS, undefined, { signal });
    }
    return { what, processes: targets.map(({ name }) => name), ...(await load.stop()) };
  } finally {
    await load.stop();
  }
}

async function killAndBringBack(target: FaultTarget): Promise<void> {
  await target.kill();
  await delay(BETWEEN_MS);
  await target.start();
}

async function untilAnswered(load: ConstantLoad, count: number, signal: AbortSignal): Promise<void> {
  while (load.answered() < count) await delay(50, undefined, { signal });
}

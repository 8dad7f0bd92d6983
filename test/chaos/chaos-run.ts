import { appendFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, planFaults } from '../kit/faults/fault-plan.ts';
import { type FaultyStack, startFaultyStack } from '../kit/faults/faulty-stack.ts';
import { type EndedFault, runFaults } from '../kit/faults/run-faults.ts';
import { brokerBacklogs } from './broker-backlogs.ts';
import type { Evidence, Violation } from './checker/evidence.ts';
import { findViolations } from './checker/find-violations.ts';
import { type EvidenceDatabases, readEvidence, readStock } from './checker/read-evidence.ts';
import { ClientLog } from './clients/client-log.ts';
import { Shopper } from './clients/shopper.ts';
import { untilSettled } from './settle.ts';
import { Shop } from './shop.ts';

/** What a run is to be. All but the directory and the moments at which things happen follows from it. */
export interface ChaosOptions {
  readonly seed: number;
  /** How long clients place orders and faults happen. */
  readonly seconds: number;
  readonly clients: number;
  readonly queue: 'embedded' | 'rabbitmq';
  /** Streaming replicas of each Postgres cluster. */
  readonly replicas: number;
  /** The mean time between two faults. */
  readonly faultEveryMs: number;
  /** Empty; keeps logs and databases. */
  readonly directory: string;
  readonly print: (line: string) => void;
  /** Gives the run up; the stack is stopped then. */
  readonly signal: AbortSignal;
}

/** What a run was, and what was wrong with it. */
export interface ChaosReport {
  readonly faults: readonly EndedFault[];
  readonly evidence: Evidence;
  readonly violations: readonly Violation[];
  /** Processes that ended though nobody killed them. */
  readonly unexpectedEnds: readonly string[];
  /** From the end of the traffic to the moment when no event waited any more; undefined when that never came. */
  readonly settledAfterMs: number | undefined;
}

/** What is harmed: all that an order goes through. */
export function harmedTargets(queue: ChaosOptions['queue']): string[] {
  const services = ['orders-1', 'orders-2', 'inventory-1', 'inventory-2', 'notifications-1', 'gateway-1', 'gateway-2'];
  const servers = ['postgres-catalog', 'postgres-shard_0', 'postgres-shard_1'];
  return [...services, ...servers, ...(queue === 'rabbitmq' ? ['rabbitmq'] : [])];
}

/** The faults of a run, which its seed and its length decide. */
export function planOf({
  seed,
  seconds,
  queue,
  faultEveryMs,
}: Omit<ChaosOptions, 'directory' | 'print' | 'signal'>): Fault[] {
  return planFaults({ seed, durationMs: seconds * 1_000, targets: harmedTargets(queue), everyMs: faultEveryMs });
}

/**
 * Starts a stack, lets clients place and cancel orders in it while its parts are killed and frozen, brings everything back, waits
 * until nothing moves any more, and judges what is left. The stack is gone when it ends.
 *
 * @throws the reason of the signal, or what keeps the stack from starting
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { directory, print, clients, queue, replicas } = options;
  const plan = planOf(options);
  await writeFile(join(directory, 'plan.json'), JSON.stringify({ ...options, plan }, undefined, 2));
  const unexpectedEnds: string[] = [];
  const shop = new Shop(clients);
  print('starting the stack');
  const stack = await startFaultyStack({
    directory,
    queue,
    replicas,
    gateways: 2,
    instances: { orders: 2, inventory: 2 },
    fill: (config) => shop.fill(config),
    onUnexpectedEnd: (name, how) => {
      unexpectedEnds.push(`${name}: ${how}`);
      print(`${name} ended with ${how}, and nobody killed it`);
    },
  });
  try {
    return { ...(await runTraffic(options, { stack, shop, plan })), unexpectedEnds };
  } finally {
    await stack.close();
  }
}

async function runTraffic(
  { directory, print, clients, seed, seconds, signal }: ChaosOptions,
  { stack, shop, plan }: { stack: FaultyStack; shop: Shop; plan: readonly Fault[] },
): Promise<Omit<ChaosReport, 'unexpectedEnds'>> {
  const databases = databasesOf(stack);
  const stockBefore = await readStock(databases);
  await writeFile(join(directory, 'stock-before.json'), JSON.stringify(stockBefore));
  const logFile = join(directory, 'clients.jsonl');
  const log = new ClientLog(logFile);
  const startedAtMs = Date.now();
  const shoppers = Array.from(
    { length: clients },
    (_, client) =>
      new Shopper({
        client,
        seed,
        ...shop.customer(client, stack.keys),
        ...shop.assortment,
        urls: stack.gatewayUrls,
        log,
      }),
  );
  const faults: EndedFault[] = [];
  print(`${clients} clients shop for ${seconds} s, and ${plan.length} faults happen`);
  const closing = AbortSignal.any([AbortSignal.timeout(seconds * 1_000), signal]);
  await Promise.all([
    ...shoppers.map((shopper) => shopper.shop(closing)),
    runFaults(plan, stack.targets, {
      signal,
      onEnded: (fault) => {
        faults.push(fault);
        appendFileSync(join(directory, 'faults.jsonl'), `${JSON.stringify(fault)}\n`);
      },
    }),
  ]);
  signal.throwIfAborted();
  print('everything is back; clients ask for what they were never told of');
  const settlingSinceMs = performance.now();
  const patience = AbortSignal.any([AbortSignal.timeout(INSIST_LIMIT_MS), signal]);
  await Promise.all(shoppers.map((shopper) => shopper.insist(patience)));
  const isSettled = await untilSettled(databases, stack.broker, signal);
  const settledAfterMs = isSettled ? performance.now() - settlingSinceMs : undefined;
  const brokerQueues = await brokerBacklogs(stack.broker);
  const evidence = await readEvidence({ databases, logFile, startedAtMs, stockBefore, brokerQueues });
  return { faults, evidence, violations: findViolations(evidence), settledAfterMs };
}

const INSIST_LIMIT_MS = 60_000;

function databasesOf({ config }: FaultyStack): EvidenceDatabases {
  const shards = Object.entries(config.shards).map(([name, { primary }]) => [name, primary]);
  return { catalog: config.catalog.primary, shards: Object.fromEntries(shards) };
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DevelopmentKeys, developmentKeys } from '@tributary/local-stack/stack/development-keys';
import { ServiceProcess } from '@tributary/local-stack/stack/service-process';
import { type Seeded, seedDatabases } from '@tributary/prisma/seed/seed-databases';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { lastingPorts } from '../kit/lasting-ports.ts';
import { testSecret } from '../kit/secrets.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';
import { keepTestLog } from '../kit/test-logger.ts';

export const SUBGRAPHS = ['accounts', 'catalog', 'inventory', 'orders', 'reviews', 'notifications'] as const;

/** The whole marketplace, a process a service as it is run everywhere, each with its metrics. */
export interface MeasuredStack {
  /** The gateway's, without a path. */
  readonly url: string;
  /** Of a subgraph, without a path. */
  subgraphUrl(name: string): string;
  /** `host:port` of the metrics of each service. */
  readonly metrics: ReadonlyMap<string, string>;
  readonly seeded: Seeded;
}

/** The API key of a client that may ask for nothing. */
export const GREEDY_KEY = testSecret('greedy client');

const SIZE = { users: 30, merchants: 2, products: 20, orders: 120, reviews: 30 };
const READY_LIMIT_MS = 60_000;

interface Service {
  readonly name: string;
  readonly entry: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts all services over seeded databases; the scope stops them.
 * @param manifest of the operations that are published
 */
export async function startMeasuredStack(scope: Scope, manifest: object): Promise<MeasuredStack> {
  const folder = scope.own(
    await mkdtemp(join(tmpdir(), 'tributary-metrics-')),
    (path) => rm(path, { recursive: true }),
    'temporary folder',
  );
  const test = scope.own(await startTestDatabases({ name: 'metrics' }), (owned) => owned.close(), 'test databases');
  const seeded = await seedDatabases({ config: test.config, size: SIZE });
  const operationsFile = join(folder, 'operations.json');
  await writeFile(operationsFile, JSON.stringify(manifest));
  const services = await planServices({ keys: await developmentKeys(join(folder, 'keys')), test, operationsFile });
  await Promise.all(services.map((service) => start(scope, service)));
  const urlOf = (name: string) => `http://127.0.0.1:${services.find((service) => service.name === name)?.port}`;
  return {
    url: urlOf('gateway'),
    subgraphUrl: urlOf,
    metrics: new Map(services.map(({ name, metricsPort }) => [name, `127.0.0.1:${metricsPort}`])),
    seeded,
  };
}

async function planServices({
  keys,
  test,
  operationsFile,
}: {
  keys: DevelopmentKeys;
  test: TestDatabases;
  operationsFile: string;
}): Promise<Service[]> {
  const ports = await lastingPorts(2 * (SUBGRAPHS.length + 1));
  const [port = 0, metricsPort = 0, ...others] = ports;
  const shared = {
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    TRIBUTARY_STOP_NOTICE_MS: '0',
    TRIBUTARY_GATEWAY_KEYS_FILE: keys.gatewayKeysFile,
    TRIBUTARY_JWT_ISSUER: 'tributary-test',
    TRIBUTARY_JWT_AUDIENCE: 'tributary',
    TRIBUTARY_CACHE_COORDINATION_URL: test.config.catalog.primary,
  };
  const subgraphs = SUBGRAPHS.map((name, index) => ({
    name,
    entry: `subgraphs/${name}/src/main.ts`,
    port: others[2 * index] ?? 0,
    metricsPort: others[2 * index + 1] ?? 0,
    environment: {
      ...shared,
      TRIBUTARY_DATABASES_FILE: test.configFile,
      TRIBUTARY_JWT_PRIVATE_KEY_FILE: keys.tokenPrivateKeyFile,
      DATABASE_POOL_SIZE: '2',
      TRIBUTARY_FIELD_RATE_LIMITS: 'off',
    },
  }));
  const gateway = {
    name: 'gateway',
    entry: 'gateway/src/main.ts',
    port,
    metricsPort,
    environment: {
      ...shared,
      SUPERGRAPH_FILE: 'gateway/supergraph.graphql',
      TRIBUTARY_JWT_PUBLIC_KEY_FILE: keys.tokenPublicKeyFile,
      TRIBUTARY_OPERATIONS_FILE: operationsFile,
      TRIBUTARY_ANSWER_CACHE: 'on',
      TRIBUTARY_RATE_LIMITS: 'anonymous=900000000/60,customer=900000000/60,key=1/60',
      TRIBUTARY_API_KEYS: `greedy=${GREEDY_KEY}`,
      ...Object.fromEntries(
        subgraphs.map((subgraph) => [
          `SUBGRAPH_URL_${subgraph.name.toUpperCase()}`,
          `http://127.0.0.1:${subgraph.port}/graphql`,
        ]),
      ),
    },
  };
  return [gateway, ...subgraphs];
}

async function start(scope: Scope, { name, entry, port, metricsPort, environment }: Service): Promise<void> {
  const process = new ServiceProcess({
    name,
    entry,
    environment: { ...environment, PORT: String(port), TRIBUTARY_METRICS_PORT: String(metricsPort) },
    print: (line) => keepTestLog(`${line}\n`),
  });
  scope.own(process, () => process.stop(), name);
  await process.waitUntilReady(`http://127.0.0.1:${port}/health/ready`, READY_LIMIT_MS);
}

import { appendFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTopology, type Topology } from '@tributary/local-stack/postgres/topology';
import { type DevelopmentKeys, developmentKeys } from '@tributary/local-stack/stack/development-keys';
import { migrateAll } from '@tributary/prisma/migrations/migrate-all';
import type { DatabaseConfig, DatabasesConfig } from '@tributary/prisma/topology/topology';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { startTestRabbitMq, type TestRabbitMq } from '../../queue/rabbitmq-server.ts';
import { lastingPorts } from '../lasting-ports.ts';
import type { FaultTarget } from './fault-target.ts';
import { faultyPostgres } from './faulty-postgres.ts';
import { FaultyService } from './faulty-service.ts';

export const SUBGRAPHS = ['accounts', 'catalog', 'inventory', 'orders', 'reviews', 'notifications'] as const;
export type SubgraphName = (typeof SUBGRAPHS)[number];

export const TOKEN_ISSUER = 'tributary-faults';
export const TOKEN_AUDIENCE = 'tributary';

export interface FaultyStackOptions {
  /** Empty; holds databases, keys and logs. Postgres, which is another user when this one is root, has to reach it. */
  readonly directory: string;
  readonly queue: 'embedded' | 'rabbitmq';
  readonly gateways: number;
  /** How many processes a subgraph has; one unless told. */
  readonly instances: Partial<Record<SubgraphName, number>>;
  /** Streaming replicas of each cluster. */
  readonly replicas: number;
  /** Fills the databases, which are migrated, before anything else uses them. */
  readonly fill: (config: DatabasesConfig) => Promise<void>;
  /** Told of a process that ends though nobody killed it. */
  readonly onUnexpectedEnd: (name: string, how: string) => void;
}

/** The whole marketplace, every part a process that can be killed, frozen and brought back. */
export interface FaultyStack {
  /** By name: `gateway-1`, `orders-1`, `postgres-catalog`, `postgres-shard_0`, `rabbitmq`. */
  readonly targets: readonly FaultTarget[];
  /** Without a path. */
  readonly gatewayUrls: readonly string[];
  readonly config: DatabasesConfig;
  readonly keys: DevelopmentKeys;
  /** Absent with the embedded queue. */
  readonly broker: TestRabbitMq | undefined;
  /** Ends everything; the directory stays. */
  close(): Promise<void>;
}

/** Each on a cluster of its own. */
const DATABASES = ['catalog', 'shard_0', 'shard_1'] as const;

/** Starts a stack: Postgres clusters, the broker if one is wanted, subgraphs and gateways. All are ready when it resolves. */
export async function startFaultyStack(options: FaultyStackOptions): Promise<FaultyStack> {
  const scope = new Scope();
  try {
    const [topology, broker, keys] = await Promise.all([
      startClusters(scope, options),
      options.queue === 'rabbitmq' ? startBroker(scope) : undefined,
      developmentKeys(join(options.directory, 'keys')),
    ]);
    const config = describeDatabases(topology);
    await migrateAll(config, () => undefined);
    await options.fill(config);
    const databasesFile = join(options.directory, 'databases.json');
    await writeFile(databasesFile, JSON.stringify(config), { mode: 0o600 });
    const { services, gatewayUrls } = await startServices(scope, options, { keys, databasesFile, broker });
    const servers = DATABASES.map((name) => faultyPostgres(`postgres-${name}`, clusterOf(topology, name).primary));
    return {
      targets: [...services, ...servers, ...(broker ? [faultyBroker(broker)] : [])],
      gatewayUrls,
      config,
      keys,
      broker,
      close: () => scope.release(),
    };
  } catch (error) {
    await scope.release();
    throw error;
  }
}

async function startClusters(scope: Scope, { directory, replicas }: FaultyStackOptions): Promise<Topology> {
  const serversOfCluster = replicas + 1;
  const ports = await lastingPorts(DATABASES.length * serversOfCluster);
  const topology = await startTopology({
    directory: join(directory, 'postgres'),
    clusters: DATABASES.map((name, index) => ({
      name,
      replicas,
      databases: [name],
      port: ports[index * serversOfCluster] ?? 0,
    })),
    isDurable: false,
    onProgress: () => undefined,
  });
  return scope.own(topology);
}

async function startBroker(scope: Scope): Promise<TestRabbitMq> {
  return scope.own(await startTestRabbitMq());
}

function faultyBroker(broker: TestRabbitMq): FaultTarget {
  return {
    name: 'rabbitmq',
    kill: () => broker.kill(),
    start: () => broker.start(),
    pause: async () => broker.pause(),
    resume: async () => broker.resume(),
  };
}

interface ServiceSettings {
  readonly keys: DevelopmentKeys;
  readonly databasesFile: string;
  readonly broker: TestRabbitMq | undefined;
}

async function startServices(
  scope: Scope,
  options: FaultyStackOptions,
  { keys, databasesFile, broker }: ServiceSettings,
): Promise<{ services: FaultyService[]; gatewayUrls: string[] }> {
  const instancesOf = (name: SubgraphName) => options.instances[name] ?? 1;
  const plannedSubgraphs = SUBGRAPHS.flatMap((name) =>
    Array.from({ length: instancesOf(name) }, (_, index) => ({ subgraph: name, name: `${name}-${index + 1}` })),
  );
  const ports = await lastingPorts(plannedSubgraphs.length + options.gateways);
  const subgraphs = plannedSubgraphs.map((planned, index) => ({ ...planned, port: ports[index] ?? 0 }));
  const gatewayPorts = ports.slice(subgraphs.length);
  const urlOf = (port: number) => `http://127.0.0.1:${port}`;
  const logs = join(options.directory, 'logs');
  await mkdir(logs);

  const shared = {
    NODE_ENV: 'development',
    TRIBUTARY_GATEWAY_KEYS_FILE: keys.gatewayKeysFile,
    TRIBUTARY_JWT_ISSUER: TOKEN_ISSUER,
    TRIBUTARY_JWT_AUDIENCE: TOKEN_AUDIENCE,
    // A few clients of a test do what many do elsewhere.
    TRIBUTARY_FIELD_RATE_LIMITS: 'off',
  };
  const makeService = (name: string, entry: string, port: number, environment: Record<string, string>) => {
    const service = new FaultyService({
      name,
      entry,
      environment: { ...shared, PORT: String(port), ...environment },
      print: (line) => appendFileSync(join(logs, `${name}.log`), `${line}\n`),
      readyUrl: `${urlOf(port)}/health/ready`,
      onUnexpectedEnd: (how) => options.onUnexpectedEnd(name, how),
    });
    return scope.own(service, (owned) => owned.kill(), name);
  };
  const subgraphServices = subgraphs.map(({ name, subgraph, port }) =>
    makeService(name, `subgraphs/${subgraph}/src/main.ts`, port, {
      TRIBUTARY_DATABASES_FILE: databasesFile,
      TRIBUTARY_JWT_PRIVATE_KEY_FILE: keys.tokenPrivateKeyFile,
      DATABASE_FLEET_PROCESSES: String(subgraphs.length),
      ...(broker && { TRIBUTARY_QUEUE_URL: broker.url }),
    }),
  );
  const subgraphUrls = Object.entries(Object.groupBy(subgraphs, ({ subgraph }) => subgraph)).map(([name, all]) => [
    `SUBGRAPH_URL_${name.toUpperCase()}`,
    all.map(({ port }) => `${urlOf(port)}/graphql`).join(','),
  ]);
  const gatewayServices = gatewayPorts.map((port, index) =>
    makeService(`gateway-${index + 1}`, 'gateway/src/main.ts', port, {
      TRIBUTARY_JWT_PUBLIC_KEY_FILE: keys.tokenPublicKeyFile,
      ...Object.fromEntries(subgraphUrls),
    }),
  );
  const services = [...subgraphServices, ...gatewayServices];
  await Promise.all(services.map((service) => service.start()));
  return { services, gatewayUrls: gatewayPorts.map(urlOf) };
}

function describeDatabases(topology: Topology): DatabasesConfig {
  const describe = (name: string): DatabaseConfig => {
    const { primary, replicas } = clusterOf(topology, name);
    return { primary: primary.urlOf(name), replicas: replicas.map((replica) => replica.urlOf(name)) };
  };
  const [catalog, ...shards] = DATABASES;
  return { catalog: describe(catalog), shards: Object.fromEntries(shards.map((name) => [name, describe(name)])) };
}

function clusterOf(topology: Topology, name: string) {
  const cluster = topology.clusters.get(name);
  if (cluster === undefined) throw new Error(`the topology has no cluster ${name}`);
  return cluster;
}

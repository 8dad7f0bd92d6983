import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTopology, type Topology } from '@tributary/local-stack/postgres/topology';
import { type DevelopmentKeys, developmentKeys } from '@tributary/local-stack/stack/development-keys';
import { migrateAll } from '@tributary/prisma/migrations/migrate-all';
import type { DatabaseConfig, DatabasesConfig } from '@tributary/prisma/topology/topology';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { startTestRedis, type TestRedis } from '../../cache/redis-server.ts';
import { startTestRabbitMq, type TestRabbitMq } from '../../queue/rabbitmq-server.ts';
import { lastingPorts } from '../lasting-ports.ts';
import type { FaultTarget } from './fault-target.ts';
import { faultyPostgres } from './faulty-postgres.ts';
import { faultyBroker, faultyRedis } from './faulty-servers.ts';
import { planServices, type SubgraphName, startServices } from './faulty-services.ts';
import { FrontDoors } from './front-doors.ts';

export interface FaultyStackOptions {
  /** Empty; holds databases, keys and logs. Postgres, which is another user when this one is root, has to reach it. */
  readonly directory: string;
  readonly queue: 'embedded' | 'rabbitmq';
  /** With one, gateways keep answers and count clients in it, too; without it each process caches for itself, which is the default. */
  readonly hasRedis?: boolean;
  /** Puts a proxy in front of everything but the gateways, so that connections can be disturbed; not unless told. */
  readonly isDisturbable?: boolean;
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
  /**
   * By name: `gateway-1`, `orders-1`, `postgres-catalog`, `postgres-shard_0`, `postgres-catalog-replica-1`, `rabbitmq`, `redis`.
   */
  readonly targets: readonly FaultTarget[];
  /** Without a path. */
  readonly gatewayUrls: readonly string[];
  /** Of the gateways that run. */
  gatewayPids(): readonly (number | undefined)[];
  /** Past all proxies. */
  readonly config: DatabasesConfig;
  readonly keys: DevelopmentKeys;
  /** Absent with the embedded queue. */
  readonly broker: TestRabbitMq | undefined;
  /** Ends everything; the directory stays. */
  close(): Promise<void>;
}

/** Each on a cluster of its own. */
const DATABASES = ['catalog', 'shard_0', 'shard_1'] as const;

/** Starts a stack: Postgres clusters, the servers that are wanted, subgraphs and gateways. All are ready when it resolves. */
export async function startFaultyStack(options: FaultyStackOptions): Promise<FaultyStack> {
  const scope = new Scope();
  try {
    const [topology, broker, redis, keys] = await Promise.all([
      startClusters(scope, options),
      options.queue === 'rabbitmq' ? startBroker(scope) : undefined,
      options.hasRedis ? startRedis(scope) : undefined,
      developmentKeys(join(options.directory, 'keys')),
    ]);
    const config = describeDatabases(topology);
    await migrateAll(config, () => undefined);
    await options.fill(config);
    const servers = [
      ...postgresServers(topology),
      ...(broker ? [faultyBroker(broker)] : []),
      ...(redis ? [faultyRedis(redis)] : []),
    ];
    const planned = await planServices(options);
    const guarded = [...servers, ...planned.subgraphs].map(({ port }) => port);
    const doors = await FrontDoors.open(scope, guarded, options.isDisturbable ?? false);
    const databasesFile = join(options.directory, 'databases.json');
    await writeFile(databasesFile, JSON.stringify(throughDoors(config, doors)), { mode: 0o600 });
    const services = await startServices(scope, planned, {
      ...options,
      keys,
      databasesFile,
      doors,
      queueUrl: broker && doors.urlFor(broker.url),
      cacheUrl: redis && doors.urlFor(redis.url),
    });
    return {
      targets: [...services.targets, ...servers.map((server) => doors.guard(server))],
      gatewayUrls: services.gatewayUrls,
      gatewayPids: services.gatewayPids,
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

async function startRedis(scope: Scope): Promise<TestRedis> {
  return scope.own(await startTestRedis());
}

function postgresServers(topology: Topology): FaultTarget[] {
  return DATABASES.flatMap((name) => {
    const { primary, replicas } = clusterOf(topology, name);
    return [
      faultyPostgres(`postgres-${name}`, primary),
      ...replicas.map((replica, index) => faultyPostgres(`postgres-${name}-replica-${index + 1}`, replica)),
    ];
  });
}

function describeDatabases(topology: Topology): DatabasesConfig {
  const describe = (name: string): DatabaseConfig => {
    const { primary, replicas } = clusterOf(topology, name);
    return { primary: primary.urlOf(name), replicas: replicas.map((replica) => replica.urlOf(name)) };
  };
  const [catalog, ...shards] = DATABASES;
  return { catalog: describe(catalog), shards: Object.fromEntries(shards.map((name) => [name, describe(name)])) };
}

/** The databases as services find them. */
function throughDoors({ catalog, shards }: DatabasesConfig, doors: FrontDoors): DatabasesConfig {
  const throughDoor = ({ primary, replicas }: DatabaseConfig): DatabaseConfig => ({
    primary: doors.urlFor(primary),
    replicas: replicas.map((url) => doors.urlFor(url)),
  });
  return {
    catalog: throughDoor(catalog),
    shards: Object.fromEntries(Object.entries(shards).map(([name, shard]) => [name, throughDoor(shard)])),
  };
}

function clusterOf(topology: Topology, name: string) {
  const cluster = topology.clusters.get(name);
  if (cluster === undefined) throw new Error(`the topology has no cluster ${name}`);
  return cluster;
}

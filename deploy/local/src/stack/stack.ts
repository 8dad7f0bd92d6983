import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { explainDeniedAccess } from '../access-denied.ts';
import { assertPortFree } from '../postgres/ports.ts';
import { makeWritableDirectory } from '../postgres/server-files.ts';
import { startTopology, type Topology } from '../postgres/topology.ts';
import { startLocalRedis } from '../redis/local-redis.ts';
import { systemHost } from '../system-server/system-host.ts';
import { abortable } from './abortable.ts';
import { type DevelopmentKeys, developmentKeys } from './development-keys.ts';
import { type ServiceOptions, ServiceProcess } from './service-process.ts';
import { type LocalSubgraph, readSubgraphList } from './subgraph-list.ts';

/** What the local stack is to be. */
export interface StackOptions {
  /** Holds databases and keys; kept between starts. */
  readonly directory: string;
  /** What a person runs to begin with empty databases, for messages. */
  readonly resetCommand: string;
  /** All other ports keep their distance to it, so that stacks can run side by side. */
  readonly gatewayPort: number;
  /** How many gateways; those after the first listen ten ports above it and on. */
  readonly gatewayCount: number;
  /** Of a cache that runs already; without it this machine's Redis is started, if it has one. */
  readonly cacheUrl: string | undefined;
  /** Of a broker that runs already; without it events go through Postgres. */
  readonly queueUrl: string | undefined;
  /** `on` unless told: whether gateways keep answers. */
  readonly answerCache: string | undefined;
  /** Whether fields are limited; they are not unless told, since one person at one machine tries out what many do. */
  readonly fieldRateLimits: string | undefined;
  /** Multiplies the seed data of the first start. */
  readonly seedScale: number;
  readonly print: (line: string) => void;
  /** Gives up a start: what was started by then is stopped. */
  readonly signal: AbortSignal;
}

/** What all services of a stack are given. */
interface ServiceSettings {
  readonly keys: DevelopmentKeys;
  /** Variables that name the cache. */
  readonly cache: Readonly<Record<string, string>>;
  readonly options: StackOptions;
}

/** A running marketplace. */
export interface Stack {
  /** The gateways', the first first. */
  readonly urls: readonly string[];
  /** Stops the gateway, the subgraphs and Postgres, in this order. */
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;
const USUAL_GATEWAY_PORT = 4_000;
const NEXT_GATEWAY_DISTANCE = 10;
/** From the port of a service to that of its metrics. */
const METRICS_DISTANCE = 1_000;
const USUAL_POSTGRES_PORT = 5_440;
const USUAL_REDIS_PORT = 6_390;
const SHARDS = ['shard_0', 'shard_1', 'shard_2'];
/** Empty at first: where a person can move logical shards to. */
const SPARE_SHARD = 'shard_2';
/** All of a local stack stops at the same time. */
const STOPS_AT_ONCE = { TRIBUTARY_STOP_NOTICE_MS: '0' };
const TOKEN_ISSUER = 'tributary-local';
const TOKEN_AUDIENCE = 'tributary';

/**
 * Brings up the whole marketplace: Postgres with a streaming replica, migrated and seeded, every subgraph and the gateway, each
 * as a process of its own.
 *
 * @throws LocalStackError with what to do, or the reason of the signal; all that was started is stopped then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const scope = new Scope();
  try {
    const portOffset = options.gatewayPort - USUAL_GATEWAY_PORT;
    const subgraphs = (await readSubgraphList()).map(({ name, port }) => ({ name, port: port + portOffset }));
    await makeWritableDirectory(options.directory);
    const gatewayPorts = portsOfGateways(options);
    for (const port of [...gatewayPorts, ...subgraphs.map(({ port }) => port)]) {
      await assertPortFree(port);
      await assertPortFree(port + METRICS_DISTANCE);
    }
    const keys = await developmentKeys(join(options.directory, 'keys'));
    if (keys.isNew) options.print('made keys for signing tokens; they are for development');
    const { databasesFile, catalogUrl } = await startDatabases(scope, options, USUAL_POSTGRES_PORT + portOffset);
    const environment = { TRIBUTARY_DATABASES_FILE: databasesFile };
    const commands = [
      { name: 'migrate', entry: 'prisma/src/migrate-command.ts', args: ['--spare', SPARE_SHARD] },
      { name: 'seed', entry: 'prisma/src/seed-command.ts', args: ['--scale', String(options.seedScale)] },
    ];
    for (const command of commands) {
      const running = own(scope, new ServiceProcess({ ...command, environment, print: options.print }));
      await abortable(running.finish(), options.signal);
    }
    const cache = await startCache(scope, options, { port: USUAL_REDIS_PORT + portOffset, catalogUrl });
    await startSubgraphs(scope, subgraphs, { keys, databasesFile, cache, options });
    const urls: string[] = [];
    for (const port of gatewayPorts) urls.push(await startGateway(scope, subgraphs, { port, keys, cache, options }));
    return { urls, stop: () => scope.release() };
  } catch (error) {
    await scope.release();
    // What failed because it was given up is no news.
    options.signal.throwIfAborted();
    throw explainDeniedAccess(error);
  }
}

function portsOfGateways({ gatewayPort, gatewayCount }: StackOptions): number[] {
  const others = Array.from({ length: gatewayCount - 1 }, (_, index) => gatewayPort + NEXT_GATEWAY_DISTANCE + index);
  return [gatewayPort, ...others];
}

async function startDatabases(
  scope: Scope,
  options: StackOptions,
  port: number,
): Promise<{ databasesFile: string; catalogUrl: string }> {
  const topology = scope.own(
    await startTopology({
      directory: join(options.directory, 'postgres'),
      clusters: [{ name: 'main', replicas: 1, databases: ['catalog', ...SHARDS], port }],
      isDurable: true,
      resetCommand: options.resetCommand,
      onProgress: (line) => options.print(`[postgres] ${line}`),
      signal: options.signal,
    }),
  );
  const databasesFile = join(options.directory, 'databases.json');
  const description = describeDatabases(topology);
  await writeFile(databasesFile, JSON.stringify(description, undefined, 2), { mode: 0o600 });
  return { databasesFile, catalogUrl: description.catalog.primary };
}

/** Starts what processes share their caches through, unless it runs already, and gives the variables that name it. */
async function startCache(
  scope: Scope,
  { directory, cacheUrl, print, signal }: StackOptions,
  { port, catalogUrl }: { port: number; catalogUrl: string },
): Promise<Readonly<Record<string, string>>> {
  if (cacheUrl !== undefined) return { TRIBUTARY_CACHE_URL: cacheUrl };
  const host = systemHost({ installLog: join(directory, 'install.log') });
  const redis = await startLocalRedis({ directory: join(directory, 'redis'), port, print, host });
  // What comes as a URL of Postgres carries invalidations only.
  if (!redis) return { TRIBUTARY_CACHE_COORDINATION_URL: catalogUrl };
  tellOfUnexpectedEnd(own(scope, redis.process), print);
  signal.throwIfAborted();
  return { TRIBUTARY_CACHE_URL: redis.url };
}

function describeDatabases(topology: Topology) {
  const main = topology.clusters.get('main');
  if (!main) throw new Error('The topology has no cluster main.');
  const addressesOf = (database: string) => ({
    primary: main.primary.urlOf(database),
    replicas: main.replicas.map((replica) => replica.urlOf(database)),
  });
  return {
    catalog: addressesOf('catalog'),
    shards: Object.fromEntries(SHARDS.map((shard) => [shard, addressesOf(shard)])),
  };
}

async function startSubgraphs(
  scope: Scope,
  subgraphs: readonly LocalSubgraph[],
  { keys, databasesFile, cache, options }: ServiceSettings & { databasesFile: string },
): Promise<void> {
  const processes = subgraphs.map((subgraph) => ({
    ...subgraph,
    process: startService(scope, {
      name: subgraph.name,
      entry: `subgraphs/${subgraph.name}/src/main.ts`,
      environment: {
        NODE_ENV: 'development',
        PORT: String(subgraph.port),
        TRIBUTARY_METRICS_PORT: String(subgraph.port + METRICS_DISTANCE),
        TRIBUTARY_DATABASES_FILE: databasesFile,
        TRIBUTARY_GATEWAY_KEYS_FILE: keys.gatewayKeysFile,
        TRIBUTARY_JWT_PRIVATE_KEY_FILE: keys.tokenPrivateKeyFile,
        TRIBUTARY_JWT_ISSUER: TOKEN_ISSUER,
        TRIBUTARY_JWT_AUDIENCE: TOKEN_AUDIENCE,
        DATABASE_FLEET_PROCESSES: String(subgraphs.length),
        ...STOPS_AT_ONCE,
        TRIBUTARY_FIELD_RATE_LIMITS: options.fieldRateLimits ?? 'off',
        ...cache,
        ...(options.queueUrl !== undefined && { TRIBUTARY_QUEUE_URL: options.queueUrl }),
      },
      print: options.print,
    }),
  }));
  const ready = processes.map(({ process, port }) =>
    process.waitUntilReady(`http://127.0.0.1:${port}/health/ready`, READY_LIMIT_MS),
  );
  await abortable(Promise.all(ready), options.signal);
}

async function startGateway(
  scope: Scope,
  subgraphs: readonly LocalSubgraph[],
  { port, keys, cache, options }: ServiceSettings & { port: number },
): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const accounts = subgraphs.filter(({ name }) => name === 'accounts');
  const notifications = subgraphs.filter(({ name }) => name === 'notifications');
  const gateway = startService(scope, {
    name: port === options.gatewayPort ? 'gateway' : `gateway ${port}`,
    entry: 'gateway/src/main.ts',
    environment: {
      NODE_ENV: 'development',
      PORT: String(port),
      TRIBUTARY_METRICS_PORT: String(port + METRICS_DISTANCE),
      SUPERGRAPH_FILE: 'gateway/supergraph.graphql',
      TRIBUTARY_EXPLORER_SETTINGS_FILE: 'deploy/local/explorer.yaml',
      TRIBUTARY_GATEWAY_KEYS_FILE: keys.gatewayKeysFile,
      TRIBUTARY_JWT_PUBLIC_KEY_FILE: keys.tokenPublicKeyFile,
      TRIBUTARY_JWT_ISSUER: TOKEN_ISSUER,
      TRIBUTARY_JWT_AUDIENCE: TOKEN_AUDIENCE,
      TRIBUTARY_ANSWER_CACHE: options.answerCache ?? 'on',
      ...STOPS_AT_ONCE,
      ...cache,
      ...Object.fromEntries(
        accounts.map(({ port }) => ['TRIBUTARY_REVOCATIONS_URL', `http://127.0.0.1:${port}/revocations`]),
      ),
      ...Object.fromEntries(
        notifications.map(({ port }) => ['TRIBUTARY_AUDIT_URL', `http://127.0.0.1:${port}/refusals`]),
      ),
      ...Object.fromEntries(
        subgraphs.map(({ name, port }) => [`SUBGRAPH_URL_${name.toUpperCase()}`, `http://127.0.0.1:${port}/graphql`]),
      ),
    },
    print: options.print,
  });
  await abortable(gateway.waitUntilReady(`${url}/health/ready`, READY_LIMIT_MS), options.signal);
  return url;
}

/** Starts a service that stays. One that ends by itself is told loudly and not started again: its end is news. */
function startService(scope: Scope, service: ServiceOptions): ServiceProcess {
  const process = own(scope, new ServiceProcess(service));
  tellOfUnexpectedEnd(process, service.print);
  return process;
}

function tellOfUnexpectedEnd(process: ServiceProcess, print: StackOptions['print']): void {
  process.onUnexpectedEnd((how) => {
    print(`[${process.name}] ended with ${how}. It is not started again; the rest goes on. Stop with Ctrl-C.`);
  });
}

function own(scope: Scope, process: ServiceProcess): ServiceProcess {
  return scope.own(process, (owned) => owned.stop(), process.name);
}

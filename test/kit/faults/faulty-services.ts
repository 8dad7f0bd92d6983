import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DevelopmentKeys } from '@tributary/local-stack/stack/development-keys';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { lastingPorts } from '../lasting-ports.ts';
import type { FaultTarget } from './fault-target.ts';
import { FaultyService } from './faulty-service.ts';
import type { FrontDoors } from './front-doors.ts';

export const SUBGRAPHS = ['accounts', 'catalog', 'inventory', 'orders', 'reviews', 'notifications'] as const;
export type SubgraphName = (typeof SUBGRAPHS)[number];

export const TOKEN_ISSUER = 'tributary-faults';
export const TOKEN_AUDIENCE = 'tributary';

interface PlannedSubgraph {
  readonly subgraph: SubgraphName;
  /** `orders-1` */
  readonly name: string;
  readonly port: number;
}

/** Which processes there are to be, and where. */
export interface PlannedServices {
  readonly subgraphs: readonly PlannedSubgraph[];
  readonly gatewayPorts: readonly number[];
}

export interface ServiceSettings {
  /** Gets a folder of logs. */
  readonly directory: string;
  readonly onUnexpectedEnd: (name: string, how: string) => void;
  readonly keys: DevelopmentKeys;
  readonly databasesFile: string;
  readonly doors: FrontDoors;
  /** Absent with the embedded queue. */
  readonly queueUrl: string | undefined;
  /** Absent where each process caches for itself. */
  readonly cacheUrl: string | undefined;
}

/** Subgraphs and gateways, all ready. */
export interface FaultyServices {
  readonly targets: readonly FaultTarget[];
  readonly gatewayUrls: readonly string[];
  gatewayPids(): readonly (number | undefined)[];
}

/** So many that nobody is ever refused, and yet each client is counted. */
const RATE_LIMITS = 'anonymous=900000000/60,customer=900000000/60,merchant=900000000/60,admin=900000000/60';

/** Names the processes and finds them ports that stay free until they listen. @param instances how many of a subgraph; one unless told */
export async function planServices({
  instances,
  gateways,
}: {
  instances: Partial<Record<SubgraphName, number>>;
  gateways: number;
}): Promise<PlannedServices> {
  const names = SUBGRAPHS.flatMap((subgraph) =>
    Array.from({ length: instances[subgraph] ?? 1 }, (_, index) => ({ subgraph, name: `${subgraph}-${index + 1}` })),
  );
  const ports = await lastingPorts(names.length + gateways);
  return {
    subgraphs: names.map((each, index) => ({ ...each, port: ports[index] ?? 0 })),
    gatewayPorts: ports.slice(names.length),
  };
}

/** Starts a process for each of them, all at once, and waits until they are ready. */
export async function startServices(
  scope: Scope,
  { subgraphs, gatewayPorts }: PlannedServices,
  settings: ServiceSettings,
): Promise<FaultyServices> {
  await mkdir(join(settings.directory, 'logs'));
  const subgraphEnvironment = environmentOfSubgraphs(settings, subgraphs.length);
  const subgraphServices = subgraphs.map(({ name, subgraph, port }) =>
    makeService(scope, settings, { name, entry: `subgraphs/${subgraph}/src/main.ts`, port, ...subgraphEnvironment }),
  );
  const gatewayEnvironment = environmentOfGateways(settings, subgraphs);
  const gateways = gatewayPorts.map((port, index) =>
    makeService(scope, settings, {
      name: `gateway-${index + 1}`,
      entry: 'gateway/src/main.ts',
      port,
      ...gatewayEnvironment,
    }),
  );
  await Promise.all([...subgraphServices, ...gateways].map((service) => service.start()));
  const guarded = subgraphServices.map((service) => settings.doors.guard(service));
  return {
    targets: [...guarded, ...gateways],
    gatewayUrls: gatewayPorts.map(urlOf),
    gatewayPids: () => gateways.map(({ pid }) => pid),
  };
}

function environmentOfSubgraphs({ keys, databasesFile, queueUrl, cacheUrl }: ServiceSettings, fleet: number) {
  const environment = {
    TRIBUTARY_DATABASES_FILE: databasesFile,
    TRIBUTARY_JWT_PRIVATE_KEY_FILE: keys.tokenPrivateKeyFile,
    DATABASE_FLEET_PROCESSES: String(fleet),
    ...(queueUrl !== undefined && { TRIBUTARY_QUEUE_URL: queueUrl }),
    ...(cacheUrl !== undefined && { TRIBUTARY_CACHE_URL: cacheUrl }),
  };
  return { environment };
}

function environmentOfGateways({ keys, doors, cacheUrl }: ServiceSettings, subgraphs: readonly PlannedSubgraph[]) {
  const addressesOf = (name: string, path: string) =>
    subgraphs.filter(({ subgraph }) => subgraph === name).map(({ port }) => doors.urlFor(`${urlOf(port)}${path}`));
  const environment = {
    TRIBUTARY_JWT_PUBLIC_KEY_FILE: keys.tokenPublicKeyFile,
    // With all that gateways have where there is more than a few clients.
    ...(cacheUrl !== undefined && {
      TRIBUTARY_CACHE_URL: cacheUrl,
      TRIBUTARY_ANSWER_CACHE: 'on',
      TRIBUTARY_RATE_LIMITS: RATE_LIMITS,
      TRIBUTARY_REVOCATIONS_URL: addressesOf('accounts', '/revocations')[0] ?? '',
      TRIBUTARY_AUDIT_URL: addressesOf('notifications', '/refusals')[0] ?? '',
    }),
    ...Object.fromEntries(
      SUBGRAPHS.map((name) => [`SUBGRAPH_URL_${name.toUpperCase()}`, addressesOf(name, '/graphql').join(',')]),
    ),
  };
  return { environment };
}

function makeService(
  scope: Scope,
  { directory, keys, onUnexpectedEnd }: ServiceSettings,
  { name, entry, port, environment }: { name: string; entry: string; port: number; environment: object },
): FaultyService {
  const service = new FaultyService({
    name,
    entry,
    environment: {
      NODE_ENV: 'development',
      PORT: String(port),
      TRIBUTARY_GATEWAY_KEYS_FILE: keys.gatewayKeysFile,
      TRIBUTARY_JWT_ISSUER: TOKEN_ISSUER,
      TRIBUTARY_JWT_AUDIENCE: TOKEN_AUDIENCE,
      // A few clients of a test do what many do elsewhere.
      TRIBUTARY_FIELD_RATE_LIMITS: 'off',
      ...environment,
    },
    print: (line) => appendFileSync(join(directory, 'logs', `${name}.log`), `${line}\n`),
    readyUrl: `${urlOf(port)}/health/ready`,
    onUnexpectedEnd: (how) => onUnexpectedEnd(name, how),
  });
  return scope.own(service, (owned) => owned.kill(), name);
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenAudience, tokenIssuer } from '../bench/contenders/access-tokens.ts';
import type { CallerSecrets } from '../bench/contenders/request-headers.ts';
import { gatewayProgram, leftOut } from '../bench/contenders/secured-gateway.ts';
import { type BenchProcess, freePort, startServer } from '../bench/processes/child-process.ts';
import type { Cores } from '../bench/processes/cores.ts';
import { composeSupergraph } from '../bench/subgraphs/compose-supergraph.ts';
import type { OwnStack } from '../local-stack/own-stack.ts';
import { withGuards, withoutGuards } from './guarded-schema.ts';
import { guardedFields } from './products-query.ts';

/** Whether all of the security is on, or none. */
export type Security = 'off' | 'on';

/** A gateway and the subgraph behind it. */
export interface SecuredPair extends AsyncDisposable {
  readonly security: Security;
  readonly gateway: BenchProcess;
  readonly subgraph: BenchProcess;
  /** What signs the tokens of those who ask the gateway; nothing where it takes anybody. */
  readonly callers: Pick<CallerSecrets, 'tokenKey'>;
}

/** What pairs are started on, and where. */
export interface PairSetting {
  readonly stack: OwnStack;
  /** For logs and supergraphs. */
  readonly folder: string;
  readonly cores: Cores;
}

const catalog = join(import.meta.dirname, '../../../subgraphs/catalog');
const believeEverybody = join(import.meta.dirname, 'believe-everybody.ts');

/** Those of the stack, and the two that are measured. */
const SUBGRAPH_PROCESSES = 8;

/**
 * Starts a catalog and a gateway before it, on the databases of a stack. Pairs differ in nothing but security.
 * @throws Error with the end of a log when one does not start, or when the catalog's schema is not as expected
 */
export async function startPair(security: Security, setting: PairSetting): Promise<SecuredPair> {
  await using starting = new AsyncDisposableStack();
  const subgraph = starting.use(await startCatalog(security, setting));
  const gateway = starting.use(await startGateway(security, subgraph.port, setting));
  const callers = security === 'on' ? { tokenKey: await readFile(setting.stack.tokenKeyFile, 'utf8') } : {};
  const started = starting.move();
  return { security, gateway, subgraph, callers, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function startCatalog(security: Security, { stack, folder, cores }: PairSetting): Promise<BenchProcess> {
  const port = await freePort();
  const preload = security === 'on' ? [] : ['--import', believeEverybody];
  return startService(`catalog-${security}`, {
    args: [...preload, join(catalog, 'src/main.ts')],
    environment: {
      PORT: String(port),
      TRIBUTARY_DATABASES_FILE: stack.databasesFile,
      TRIBUTARY_GATEWAY_KEYS_FILE: stack.gatewayKeysFile,
      DATABASE_FLEET_PROCESSES: String(SUBGRAPH_PROCESSES),
      // Else no request would reach the databases.
      TRIBUTARY_CACHE: 'off',
    },
    core: cores.subgraphs,
    port,
    folder,
  });
}

async function startGateway(
  security: Security,
  subgraphPort: number,
  { stack, folder, cores }: PairSetting,
): Promise<BenchProcess> {
  const port = await freePort();
  const supergraphFile = join(folder, `supergraph-${security}.graphql`);
  const schemaFile = join(folder, `catalog-${security}.graphql`);
  const sdl = await readFile(join(catalog, 'schema.graphql'), 'utf8');
  await writeFile(schemaFile, security === 'on' ? withGuards(sdl, guardedFields) : withoutGuards(sdl));
  const url = `http://127.0.0.1:${subgraphPort}/graphql`;
  await composeSupergraph([{ name: 'catalog', url, schemaFile }], supergraphFile);
  return startService(`gateway-${security}`, {
    args: [gatewayProgram, '--supergraph', supergraphFile, '--port', String(port)],
    environment: {
      ...leftOut,
      TRIBUTARY_SHARING: 'off',
      TRIBUTARY_ANSWER_CACHE: 'off',
      ...(security === 'on' && securityOf(stack)),
    },
    core: cores.gateway,
    port,
    folder,
  });
}

/** As the bench's secured gateway has it, with the keys of the stack, whose accounts say which sessions have ended. */
function securityOf(stack: OwnStack): Readonly<Record<string, string>> {
  return {
    TRIBUTARY_JWT_PUBLIC_KEY_FILE: stack.tokenPublicKeyFile,
    TRIBUTARY_JWT_ISSUER: tokenIssuer,
    TRIBUTARY_JWT_AUDIENCE: tokenAudience,
    TRIBUTARY_REVOCATIONS_URL: stack.revocationsUrl,
    TRIBUTARY_REVOCATIONS_UNKNOWN: 'closed',
    TRIBUTARY_GATEWAY_KEYS_FILE: stack.gatewayKeysFile,
    TRIBUTARY_HTTPS_ONLY_S: '31536000',
  };
}

function startService(
  name: string,
  {
    folder,
    environment,
    ...command
  }: {
    readonly args: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly core: number | undefined;
    readonly port: number;
    readonly folder: string;
  },
): Promise<BenchProcess> {
  return startServer({
    ...command,
    name,
    environment: { ...environment, TRIBUTARY_STOP_NOTICE_MS: '0' },
    logFile: join(folder, `${name}.log`),
    isReady: async () => (await fetch(`http://127.0.0.1:${command.port}/health/ready`)).ok,
  });
}

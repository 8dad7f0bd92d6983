import { join } from 'node:path';
import { freePort, startServer } from '../bench/processes/child-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A local stack with two gateways, on ports and in a folder of its own. */
export interface OwnStack extends AsyncDisposable {
  /** The gateways', without a path. */
  readonly urls: readonly string[];
  /** The first gateway's. */
  readonly port: number;
  readonly databasesFile: string;
  /** Holds the folders of the database servers. */
  readonly postgresDirectory: string;
  /** PEM: signs access tokens that the gateways take. */
  readonly tokenKeyFile: string;
  /** PEM: verifies them. */
  readonly tokenPublicKeyFile: string;
  /** What gateways sign requests to subgraphs with, a key a line; the first signs. */
  readonly gatewayKeysFile: string;
  /** Where gateways ask which sessions have ended. */
  readonly revocationsUrl: string;
  /** Nothing listens there where this machine has no Redis. */
  readonly redisUrl: string;
}

const STOP_LIMIT_MS = 30_000;
/** Ports of a stack keep a distance to its first gateway's; the system lends none of these to connections. */
const [LOWEST_PORT, HIGHEST_PORT] = [20_000, 30_000];
/** Where the local stack puts its second gateway. */
const SECOND_GATEWAY_DISTANCE = 10;
const ACCOUNTS_DISTANCE = 1;
const REDIS_DISTANCE = 2_390;

/**
 * Starts a stack with fresh data and waits until it serves. Its data goes with it.
 * @param environment besides what a stack has in development
 * @throws Error with the end of its log when it does not start
 */
export async function startOwnStack(environment: Readonly<Record<string, string>> = {}): Promise<OwnStack> {
  await using stack = new AsyncDisposableStack();
  const { path: directory } = stack.use(await temporaryFolder('tributary-load'));
  const port = LOWEST_PORT + ((await freePort()) % (HIGHEST_PORT - LOWEST_PORT));
  const urls = [port, port + SECOND_GATEWAY_DISTANCE].map((each) => `http://127.0.0.1:${each}`);
  stack.use(
    await startServer({
      name: 'the local stack',
      args: ['deploy/local/src/main.ts', '--port', String(port), '--gateways', '2', '--data', directory],
      nodeFlags: [],
      environment: { NODE_ENV: 'development', ...environment },
      core: undefined,
      port,
      logFile: join(directory, 'stack.log'),
      stopLimitMs: STOP_LIMIT_MS,
      isReady: async () => {
        const answers = await Promise.all(urls.map((url) => fetch(`${url}/health/ready`)));
        return answers.every(({ ok }) => ok);
      },
    }),
  );
  const owned = stack.move();
  return {
    urls,
    port,
    databasesFile: join(directory, 'databases.json'),
    postgresDirectory: join(directory, 'postgres'),
    tokenKeyFile: join(directory, 'keys', 'token-private-key.pem'),
    tokenPublicKeyFile: join(directory, 'keys', 'token-public-key.pem'),
    gatewayKeysFile: join(directory, 'keys', 'gateway-key'),
    revocationsUrl: `http://127.0.0.1:${port + ACCOUNTS_DISTANCE}/revocations`,
    redisUrl: `redis://127.0.0.1:${port + REDIS_DISTANCE}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

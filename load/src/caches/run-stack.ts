import { join } from 'node:path';
import { startServer } from '../bench/processes/child-process.ts';

/** A local stack with two gateways, in a folder of its own. */
export interface LoadedStack extends AsyncDisposable {
  readonly urls: readonly string[];
  readonly databasesFile: string;
  /** Nothing listens there where this machine has no Redis. */
  readonly redisUrl: string;
}

const STOP_LIMIT_MS = 30_000;
/** Where the local stack puts its second gateway. */
const SECOND_GATEWAY_DISTANCE = 10;
const REDIS_DISTANCE = 2_390;

/**
 * Starts a stack and waits until it serves.
 * @param options.directory where it keeps its data; a start with an old folder has that folder's products
 * @throws Error with the end of its log when it does not start
 */
export async function runStack(options: {
  directory: string;
  port: number;
  environment: Readonly<Record<string, string>>;
}): Promise<LoadedStack> {
  const { directory, port, environment } = options;
  const urls = [port, port + SECOND_GATEWAY_DISTANCE].map((each) => `http://127.0.0.1:${each}`);
  const stack = await startServer({
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
  });
  return {
    urls,
    databasesFile: join(directory, 'databases.json'),
    redisUrl: `redis://127.0.0.1:${port + REDIS_DISTANCE}`,
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

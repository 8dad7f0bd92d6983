import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceProcess } from '@tributary/local-stack/stack/service-process';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { lastingPorts } from '../kit/lasting-ports.ts';
import { testSecret } from '../kit/secrets.ts';
import { keepTestLog } from '../kit/test-logger.ts';
import { composeNotes } from '../signature/notes-graph.ts';

/** A service in a process of its own, which is stopped and started again at the same address. */
export interface RestartedService {
  readonly pid: number;
  /** Asks it to stop, waits for its end, starts it again and waits until it is ready. */
  restart(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/** Two gateways over two instances of one subgraph. */
export interface NotesProcesses {
  /** The gateways', without a path. */
  readonly urls: readonly string[];
  readonly gateways: readonly RestartedService[];
  readonly instances: readonly RestartedService[];
}

const READY_LIMIT_MS = 60_000;

/** @param gatewayVariables what the gateways' environment has besides */
export async function startNotesProcesses(
  scope: Scope,
  gatewayVariables: Readonly<Record<string, string>> = {},
): Promise<NotesProcesses> {
  const folder = scope.own(
    await mkdtemp(join(tmpdir(), 'tributary-notes-')),
    (path) => rm(path, { recursive: true }),
    'temporary folder',
  );
  const [first = 0, second = 0, ...gatewayPorts] = await lastingPorts(4);
  const instanceUrls = [first, second].map((port) => `http://127.0.0.1:${port}/graphql`);
  const shared = { NODE_ENV: 'production', TRIBUTARY_GATEWAY_KEYS: testSecret('notes'), LOG_LEVEL: 'warn' };
  const gatewayEnvironment = {
    ...shared,
    SUPERGRAPH_FILE: await composeNotes(folder, instanceUrls[0] ?? ''),
    SUBGRAPH_URL_NOTES: instanceUrls.join(','),
    ...gatewayVariables,
  };
  const start = (name: string, entry: string, port: number, environment: Record<string, string>) =>
    startService(scope, { name, entry, port, environment: { ...environment, PORT: String(port) } });
  const [instances, gateways] = await Promise.all([
    Promise.all([first, second].map((port) => start('notes', 'test/resilience/notes-main.ts', port, shared))),
    Promise.all(gatewayPorts.map((port) => start('gateway', 'gateway/src/main.ts', port, gatewayEnvironment))),
  ]);
  return { urls: gatewayPorts.map((port) => `http://127.0.0.1:${port}`), gateways, instances };
}

async function startService(
  scope: Scope,
  options: { name: string; entry: string; port: number; environment: Record<string, string> },
): Promise<RestartedService> {
  const launch = () => new ServiceProcess({ ...options, print: (line) => keepTestLog(`${line}\n`) });
  const untilReady = () => running.waitUntilReady(`http://127.0.0.1:${options.port}/health/ready`, READY_LIMIT_MS);
  let running = launch();
  scope.own(options, () => running.stop(), options.name);
  await untilReady();
  return {
    get pid() {
      return running.pid ?? 0;
    },
    async restart() {
      await running.stop();
      running = launch();
      await untilReady();
    },
    async kill() {
      process.kill(running.pid ?? 0, 'SIGKILL');
      await running.finish().catch(() => undefined);
    },
  };
}

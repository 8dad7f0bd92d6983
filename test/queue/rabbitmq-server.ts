import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { descendantsOf } from '@tributary/local-stack/postgres/processes';
import { makeStandStill } from '@tributary/local-stack/postgres/stand-still';
import { requireSystemServer, type SystemServer } from '@tributary/local-stack/system-server/require-system-server';
import { systemHost } from '@tributary/local-stack/system-server/system-host';
import { eventually } from '../kit/eventually.ts';
import { lastingPort } from '../kit/lasting-ports.ts';

const RABBITMQ: SystemServer = {
  command: 'rabbitmq-server',
  debianPackage: 'rabbitmq-server',
  homebrewFormula: 'rabbitmq',
};
/** Debian puts a program on the PATH that becomes its own user and writes to the system's logs; this is what it calls. */
const DEBIAN_PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const BOOT_LIMIT_MS = 100_000;

/** For hooks that start a broker: on a new machine it is installed first. */
export const RABBITMQ_START_LIMIT_MS = 240_000;

/** A queue as the broker itself counts it. */
export interface BrokerQueue {
  readonly name: string;
  /** Delivered and not yet acknowledged ones, too. */
  readonly messages: number;
}

/** A RabbitMQ node of this test alone, in a directory of its own. */
export interface TestRabbitMq {
  readonly url: string;
  /** Freezes it: connections stay, answers don't come. */
  pause(): Promise<void>;
  resume(): void;
  /** Ends it as a crash does; `start` brings it back at the same port, with what it had confirmed. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Every queue there is, as the broker's own tool lists them. */
  listQueues(): Promise<BrokerQueue[]>;
  close(): Promise<void>;
}

/**
 * Starts a broker on free ports of 127.0.0.1, installing the program first where it is missing and may be.
 * @throws LocalStackError `SYSTEM_SERVER_MISSING` with the line to run
 */
export async function startTestRabbitMq(): Promise<TestRabbitMq> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-rabbitmq-'));
  const program = await requireRabbitMq(join(directory, 'install.log'));
  const [amqpPort, distributionPort, epmdPort] = [await lastingPort(), await lastingPort(), await lastingPort()];
  const environment = {
    PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin`,
    // The Erlang cookie is made there.
    HOME: directory,
    RABBITMQ_NODENAME: `tributary-${amqpPort}@localhost`,
    RABBITMQ_MNESIA_BASE: join(directory, 'data'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(amqpPort),
    RABBITMQ_DIST_PORT: String(distributionPort),
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_CONF_ENV_FILE: join(directory, 'no-environment'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(directory, 'no-advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'no-plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none',
  };
  // Left to itself the broker starts the name server of Erlang as a daemon, which would outlive it.
  const nameServer = spawn('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], {
    stdio: 'ignore',
    env: environment,
  });
  const limits = 'disk_free_limit.absolute = 1MB\nvm_memory_high_watermark.absolute = 1GB\n';
  await writeFile(environment.RABBITMQ_CONFIG_FILE, limits);
  await mkdir(environment.RABBITMQ_LOG_BASE);
  await writeFile(environment.RABBITMQ_ENABLED_PLUGINS_FILE, '[].');
  let broker: ChildProcess | undefined;

  async function start(): Promise<void> {
    // A group of its own: the program is a script around the virtual machine.
    broker = spawn(program, { stdio: 'ignore', env: environment, detached: true });
    await eventually(
      () => speaksAmqp(amqpPort),
      (isUp) => isUp,
      { limitMs: BOOT_LIMIT_MS },
    );
  }

  const signalBroker = (signal: NodeJS.Signals): void => {
    if (broker?.pid !== undefined && broker.exitCode === null && broker.signalCode === null) {
      process.kill(-broker.pid, signal);
    }
  };

  async function pause(): Promise<void> {
    signalBroker('SIGSTOP');
    const started = broker?.pid === undefined ? [] : await descendantsOf(broker.pid);
    const machine = started.find(({ command }) => command.includes('beam.smp'));
    await makeStandStill(machine?.pid);
  }

  async function kill(): Promise<void> {
    if (!broker || broker.exitCode !== null || broker.signalCode !== null) return;
    const ended = once(broker, 'exit');
    signalBroker('SIGKILL');
    await ended;
  }

  async function listQueues(): Promise<BrokerQueue[]> {
    const tool = join(dirname(program), 'rabbitmqctl');
    const args = ['list_queues', '--quiet', '--formatter', 'json', 'name', 'messages'];
    const { stdout } = await promisify(execFile)(tool, args, { env: environment });
    return JSON.parse(stdout);
  }

  async function close(): Promise<void> {
    await kill();
    nameServer.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `amqp://127.0.0.1:${amqpPort}`,
    pause,
    resume: () => signalBroker('SIGCONT'),
    kill,
    start,
    listQueues,
    close,
  };
}

async function requireRabbitMq(installLog: string): Promise<string> {
  const found = await requireSystemServer(RABBITMQ, {
    mayInstall: true,
    host: systemHost({ installLog }),
    onProgress: console.log,
  });
  return access(DEBIAN_PROGRAM).then(
    () => DEBIAN_PROGRAM,
    () => found,
  );
}

/** A broker that is up answers the header of the protocol with a frame. */
async function speaksAmqp(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    socket.write('AMQP\0\0\x09\x01');
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(1_000) });
    return answer instanceof Uint8Array && answer[0] === 1;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

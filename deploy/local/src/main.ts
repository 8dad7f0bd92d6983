import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { isLocalStackError } from './local-stack-error.ts';
import { descendantsOf } from './postgres/processes.ts';
import { dataCommands } from './stack/data-commands.ts';
import { defaultDataDirectory } from './stack/data-directory.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { stopListener } from './stack/stop-requests.ts';
import { welcome } from './stack/welcome.ts';

const program = new Command('npm start --')
  .description(
    'Runs the whole marketplace on this machine: Postgres with a replica, Redis where it is installed, six subgraphs and the gateway.',
  )
  .option('--port <port>', 'port of the gateway; all other ports keep their distance to it', parsePort, 4000)
  .option('--data <directory>', 'where databases and keys are kept (default: .tributary in the checkout)')
  .option('--gateways <n>', 'how many, the others on the ports from ten above the first on', parseCount, 1)
  .option('--scale <n>', 'how many times the seed data, at the first start', parseCount, 1)
  .addHelpText('after', '\nExit codes: 0 stopped as asked, 1 could not start or stop, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const options = program.parse().opts<{ port: number; data?: string; gateways: number; scale: number }>();

const print = (line: string): void => console.log(line);
let running: Promise<Stack> | undefined;
const giveUp = new AbortController();
const onSignal = stopListener({ onFirst: (signal) => void stop(signal), onAgain: () => void endAtOnce() });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

try {
  const startedAt = Date.now();
  const usualDirectory = await defaultDataDirectory();
  const directory = resolve(options.data ?? usualDirectory);
  const commands = dataCommands(directory, usualDirectory);
  print(`databases and keys are kept in ${directory}`);
  running = startStack({
    directory,
    resetCommand: commands.reset,
    gatewayPort: options.port,
    gatewayCount: options.gateways,
    cacheUrl: process.env['TRIBUTARY_CACHE_URL'],
    queueUrl: process.env['TRIBUTARY_QUEUE_URL'],
    answerCache: process.env['TRIBUTARY_ANSWER_CACHE'],
    fieldRateLimits: process.env['TRIBUTARY_FIELD_RATE_LIMITS'],
    seedScale: options.scale,
    print,
    signal: giveUp.signal,
  });
  const { urls } = await running;
  print(await welcome(urls, commands));
  print(`Ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
} catch (error) {
  if (!giveUp.signal.aborted) await fail(error);
}

/** Stops what runs; a start under way is given up, and has stopped what it had started when it fails. */
async function stop(signal: string): Promise<void> {
  print(`${signal}: stopping the gateway, the subgraphs and their servers`);
  giveUp.abort();
  try {
    const stack = await running;
    await stack?.stop();
  } catch (error) {
    if (error !== giveUp.signal.reason) {
      report(error);
      process.exit(1);
    }
  }
  print('stopped');
  process.exit(0);
}

/** For who is tired of waiting. Postgres recovers its data at the next start. */
async function endAtOnce(): Promise<void> {
  print('killing what still runs');
  for (const { pid } of await descendantsOf(process.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended in the meantime.
    }
  }
  process.exit(1);
}

async function fail(error: unknown): Promise<void> {
  report(error);
  const stack = await running?.catch(() => undefined);
  await stack?.stop();
  process.exit(1);
}

function report(error: unknown): void {
  console.error(isLocalStackError(error) ? `${error.code}: ${error.message}` : error);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1_024 || port > 60_000)
    throw new InvalidArgumentError('Expected 1024 to 60000.');
  return port;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1_000) throw new InvalidArgumentError('Expected 1 to 1000.');
  return count;
}

import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { isLocalStackError } from './local-stack-error.ts';
import { dataCommands } from './stack/data-commands.ts';
import { defaultDataDirectory } from './stack/data-directory.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { welcome } from './stack/welcome.ts';

const program = new Command('npm start --')
  .description('Runs the whole marketplace on this machine: Postgres with a replica, six subgraphs and the gateway.')
  .option('--port <port>', 'port of the gateway; all other ports keep their distance to it', parsePort, 4000)
  .option('--data <directory>', 'where databases and keys are kept (default: .tributary in the checkout)')
  .option('--scale <n>', 'how many times the seed data, at the first start', parseCount, 1)
  .addHelpText('after', '\nExit codes: 0 stopped as asked, 1 could not start or stop, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const options = program.parse().opts<{ port: number; data?: string; scale: number }>();

const print = (line: string): void => console.log(line);
let running: Promise<Stack> | undefined;
let isStopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));

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
    seedScale: options.scale,
    print,
  });
  const { url } = await running;
  print(await welcome(url, commands));
  print(`Ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
} catch (error) {
  if (!isStopping) await fail(error);
}

/** Stops what runs; a start under way is waited for first, because half a start cannot be stopped cleanly. */
async function stop(signal: string): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  print(`${signal}: stopping the gateway, the subgraphs and Postgres`);
  try {
    const stack = await running?.catch(() => undefined);
    await stack?.stop();
    print('stopped');
    process.exit(0);
  } catch (error) {
    report(error);
    process.exit(1);
  }
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

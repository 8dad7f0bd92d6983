import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { hotProductCommand } from './hot-product/hot-product-command.ts';
import { logIn } from './log-in.ts';
import { measure } from './measure.ts';
import { report } from './report.ts';
import type { Measurement } from './scenario.ts';
import { bareHttp, scenarios } from './scenarios/scenarios.ts';

interface LoadOptions {
  url: string;
  connections: number;
  seconds: number;
  out: string;
}

new Command('npm run load --')
  .description('Measures a running stack, each scenario as a share of what the gateway answers without doing anything.')
  .option('--url <url>', 'the gateway, on this machine', parseLoopbackUrl, 'http://127.0.0.1:4000')
  .option('--connections <n>', 'how many at once', parseCount, 20)
  .option('--seconds <n>', 'how long each scenario, after a warm-up of a third of it', parseCount, 10)
  .option('--out <file>', 'where the table goes', join(import.meta.dirname, '../results/local-stack.md'))
  .addHelpText('after', '\nExit codes: 0 measured, 1 no gateway there or failed requests, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  // What stands behind the name of another measurement is for that one, also where both have an option of the name.
  .enablePositionalOptions()
  .action(measureScenarios)
  .addCommand(hotProductCommand)
  .parse();

async function measureScenarios(options: LoadOptions): Promise<void> {
  try {
    const token = await logIn(options.url);
    const measurements: Measurement[] = [];
    for (const scenario of [bareHttp, ...scenarios]) {
      console.log(`${scenario.name}: ${options.seconds} s over ${options.connections} connections`);
      const load = { url: options.url, token, connections: options.connections };
      await measure(scenario, { ...load, seconds: Math.ceil(options.seconds / 3) });
      measurements.push(await measure(scenario, { ...load, seconds: options.seconds }));
    }
    const table = report(measurements);
    await mkdir(join(options.out, '..'), { recursive: true });
    await writeFile(options.out, table);
    console.log(`\n${table}`);
    if (measurements.some(({ failures }) => failures > 0)) process.exitCode = 1;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nIs the stack running? npm start`);
    process.exitCode = 1;
  }
}

function parseLoopbackUrl(text: string): string {
  const url = URL.parse(text);
  if (url && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return url.origin;
  throw new InvalidArgumentError('Load goes to this machine only.');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 600) throw new InvalidArgumentError('Expected 1 to 600.');
  return count;
}

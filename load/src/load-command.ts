import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { countUpTo } from './command/count-argument.ts';
import { runMeasurement } from './command/run-measurement.ts';
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
  .option('--connections <n>', 'how many at once', countUpTo(600), 20)
  .option('--seconds <n>', 'how long each scenario, after a warm-up of a third of it', countUpTo(600), 10)
  .option('--out <file>', 'where the table goes', join(import.meta.dirname, '../results/local-stack.md'))
  .addHelpText('after', '\nExit codes: 0 measured, 1 no gateway there or failed requests, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  // What stands behind the name of another measurement is for that one, also where both have an option of the name.
  .enablePositionalOptions()
  .action(measureScenarios)
  .addCommand(hotProductCommand)
  .parse();

async function measureScenarios({ url, connections, seconds, out }: LoadOptions): Promise<void> {
  await runMeasurement(out, async () => {
    const token = await logIn(url, 'demo').catch((error: Error) => {
      throw new Error(`${error.message}\nIs the stack running? npm start`, { cause: error });
    });
    const measurements: Measurement[] = [];
    for (const scenario of [bareHttp, ...scenarios]) {
      console.log(`${scenario.name}: ${seconds} s over ${connections} connections`);
      const load = { url, token, connections };
      await measure(scenario, { ...load, seconds: Math.ceil(seconds / 3) });
      measurements.push(await measure(scenario, { ...load, seconds }));
    }
    const failed = measurements.filter(({ failures }) => failures > 0);
    return {
      report: report(measurements),
      flaws: failed.map(({ scenario, failures }) => `${scenario}: ${failures} requests failed`),
    };
  });
}

function parseLoopbackUrl(text: string): string {
  const url = URL.parse(text);
  if (url && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return url.origin;
  throw new InvalidArgumentError('Load goes to this machine only.');
}

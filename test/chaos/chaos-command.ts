import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { describePlan } from '../kit/faults/fault-plan.ts';
import { describeRun } from './chaos-report.ts';
import { type ChaosOptions, planOf, runChaos } from './chaos-run.ts';

const program = new Command('npm run chaos --')
  .description(
    'Kills and freezes the parts of a stack of its own, one after the other and together, while clients place, repeat and cancel orders; ' +
      'then decides from the databases and what the clients wrote down whether every promise was kept.',
  )
  .option('--seed <n>', 'of the faults and of what clients do; a run is repeated by it', parseCount, 1)
  .option('--seconds <n>', 'how long', parseCount, 60)
  .option('--clients <n>', 'how many', parseCount, 200)
  .addOption(
    new Option('--queue <queue>', 'what carries the events').choices(['embedded', 'rabbitmq']).default('embedded'),
  )
  .option('--replicas <n>', 'of each Postgres cluster', parseCount, 0)
  .option('--fault-every-ms <n>', 'the mean time between two faults', parseCount, 2_000)
  .option('--keep', 'keeps logs and databases of a good run, too')
  .option('--plan', 'shows the faults and does nothing')
  .addHelpText(
    'after',
    '\nExit codes: 0 every promise was kept, 1 one was broken or the run failed (its logs and databases are kept), 2 wrong arguments.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const {
  plan: isPlanOnly,
  keep: isKept,
  ...wishes
} = program.parse().opts<Omit<ChaosOptions, 'directory' | 'print' | 'signal'> & { plan?: true; keep?: true }>();

console.log(`seed ${wishes.seed}, ${wishes.queue} queue\n${describePlan(planOf(wishes))}`);
if (!isPlanOnly) await run();

async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), `tributary-chaos-${wishes.seed}-`));
  // Postgres runs as another user when this runs as root.
  await chmod(directory, 0o711);
  const giveUp = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => giveUp.abort(new Error(`${signal}: the run is given up, and its stack is stopped`)));
  }
  try {
    const report = await runChaos({ ...wishes, directory, print: console.log, signal: giveUp.signal });
    console.log(`\n${describeRun(report, wishes.seconds)}`);
    const { violations, unexpectedEnds, settledAfterMs } = report;
    if (violations.length > 0 || unexpectedEnds.length > 0 || settledAfterMs === undefined) process.exitCode = 1;
  } catch (error) {
    console.error(giveUp.signal.aborted ? giveUp.signal.reason.message : error);
    process.exitCode = 1;
  }
  if (isKept || process.exitCode === 1) console.log(`logs and databases are kept in ${directory}`);
  else await rm(directory, { recursive: true, force: true });
  // Clients of a run that was given up go on asking a gateway that is gone.
  process.exit();
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError('Expected a whole number.');
  return count;
}

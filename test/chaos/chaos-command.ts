import { Command, InvalidArgumentError, Option } from 'commander';
import { describePlan } from '../kit/faults/fault-plan.ts';
import { GIVEN_UP_EXIT_CODES, runStackCommand } from '../kit/faults/stack-command.ts';
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
    '\nExit codes: 0 every promise was kept, 1 one was broken or the run failed (its logs and databases are kept), 2 wrong arguments, ' +
      `${GIVEN_UP_EXIT_CODES}.`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const {
  plan: isPlanOnly,
  keep: isKept = false,
  ...wishes
} = program.parse().opts<Omit<ChaosOptions, 'directory' | 'print' | 'signal'> & { plan?: true; keep?: true }>();

console.log(`seed ${wishes.seed}, ${wishes.queue} queue\n${describePlan(planOf(wishes))}`);
if (!isPlanOnly) await runStackCommand({ name: `chaos-${wishes.seed}`, isKept, run });

async function run(directory: string, signal: AbortSignal): Promise<boolean> {
  const report = await runChaos({ ...wishes, directory, print: console.log, signal });
  console.log(`\n${describeRun(report, wishes.seconds)}`);
  const { violations, unexpectedEnds, settledAfterMs } = report;
  return violations.length === 0 && unexpectedEnds.length === 0 && settledAfterMs !== undefined;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError('Expected a whole number.');
  return count;
}

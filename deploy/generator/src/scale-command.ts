import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { type Allowances, demandOf, type Traffic } from './scaling/demand.ts';
import { readMeasuredCosts } from './scaling/measured-costs.ts';

const results = fileURLToPath(new URL('../../../load/results/bench.json', import.meta.url));
const GIGABYTE = 1e9;

// docs/scaling.md says where each is from.
const allowances: Allowances = {
  utilisation: 0.65,
  zones: 3,
  databaseFactor: 2,
  statementsPerServer: 10_000,
  eventsPerRelay: 800,
  eventsPerWrite: 2,
  entityBytes: 300,
  keyBytes: 200,
};

const program = new Command('scale')
  .description('Says what so many requests a second take, from what npm run bench has measured (docs/scaling.md).')
  .argument('<requests...>', 'requests a second', (text, others: number[] = []) => [...others, parseAmount(text)])
  .option('--kept <share>', 'of requests that are answered from what gateways keep', parseShare, 0.8)
  .option('--writes <share>', 'of requests that write', parseShare, 0.02)
  .option('--statements <n>', 'that a request causes in the databases', parseAmount, 0.62)
  .option('--answers <n>', 'different answers that are kept', parseAmount, 1_000_000)
  .option('--entities <n>', 'different entities that are kept', parseAmount, 5_000_000)
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
program.parse();
const options = program.opts<{ kept: number; writes: number; statements: number; answers: number; entities: number }>();
const [amounts] = program.processedArgs as [number[]];

const costs = readMeasuredCosts(JSON.parse(await readFile(results, 'utf8')));
const rows = amounts.map((requestsPerSecond) => {
  const traffic: Traffic = {
    requestsPerSecond,
    keptShare: options.kept,
    writeShare: options.writes,
    statementsPerRequest: options.statements,
    keptAnswers: options.answers,
    keptEntities: options.entities,
  };
  const demand = demandOf(traffic, costs, allowances);
  return [
    requestsPerSecond,
    `${demand.gatewayPods} (${demand.gatewayCores.toFixed(1)} cores)`,
    `${demand.subgraphPods} (${demand.subgraphCores.toFixed(1)} cores)`,
    Math.round(demand.statementsPerSecond),
    demand.postgresServers,
    demand.shards,
    `${(demand.redisBytes / GIGABYTE).toFixed(1)} GB`,
    `${((demand.answerBytesPerSecond * 8) / GIGABYTE).toFixed(1)} Gbit/s`,
  ];
});
const head = [
  'requests/s',
  'gateways',
  'subgraphs, all',
  'statements/s',
  'servers of Postgres',
  'shards',
  'Redis',
  'answers, uncompressed',
];
for (const row of [head, head.map(() => '--:'), ...rows]) console.log(`| ${row.join(' | ')} |`);

function parseAmount(text: string): number {
  const amount = Number(text);
  if (!(amount > 0 && Number.isFinite(amount))) throw new InvalidArgumentError('Expected a number above 0.');
  return amount;
}

function parseShare(text: string): number {
  const share = Number(text);
  if (!(share >= 0 && share <= 1)) throw new InvalidArgumentError('Expected 0 to 1.');
  return share;
}

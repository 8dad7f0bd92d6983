import { readFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { EXIT_CODES, runCommand } from './command-line.ts';
import { composeSupergraph } from './composition/compose-supergraph.ts';
import { type Finding, formatFinding } from './composition/finding.ts';
import { readSupergraphConfig, SupergraphConfigError } from './composition/supergraph-config.ts';

const GATEWAY_FOLDER = resolve(import.meta.dirname, '..');
const HEADER = '# Composed from supergraph.yaml by `npm run compose`. Do not edit.\n\n';

const command = new Command('compose')
  .description('Composes the schemas of all subgraphs into the supergraph that the gateway serves.')
  .addOption(fileOption('--config <file>', 'the list of subgraphs', 'supergraph.yaml'))
  .addOption(fileOption('--out <file>', 'the composed supergraph', 'supergraph.graphql'))
  .option('--check', 'write nothing; fail when the composed supergraph is not what the file holds');

async function compose(options: { config: string; out: string; check?: boolean }): Promise<number> {
  const configFile = resolve(options.config);
  const outFile = resolve(options.out);
  const report = (findings: readonly Finding[]) => {
    for (const finding of findings) console.error(`${formatFinding(finding, relative(process.cwd(), configFile))}\n`);
  };

  const subgraphs = await readSupergraphConfig(configFile).catch((error: unknown) => {
    if (error instanceof SupergraphConfigError) return error;
    throw error;
  });
  if (subgraphs instanceof SupergraphConfigError) {
    report(subgraphs.findings);
    return EXIT_CODES.failed;
  }
  const outcome = await composeSupergraph(subgraphs);
  if (!outcome.isComposed) {
    report(outcome.errors);
    console.error(`Composition failed: ${count(outcome.errors.length, 'error')}.`);
    return EXIT_CODES.failed;
  }
  report(outcome.hints);

  const composed = HEADER + outcome.supergraphSdl;
  const displayOut = relative(process.cwd(), outFile);
  const summary = `${count(subgraphs.length, 'subgraph')}, ${count(outcome.hints.length, 'hint')}`;
  if (!options.check) {
    await writeFile(outFile, composed);
    console.log(`Wrote ${displayOut}: ${summary}.`);
    return EXIT_CODES.ok;
  }
  if ((await readFile(outFile, 'utf8').catch(() => undefined)) !== composed) {
    console.error(`${displayOut} is stale: run \`npm run compose\` and commit it.`);
    return EXIT_CODES.failed;
  }
  console.log(`${displayOut} is up to date: ${summary}.`);
  return EXIT_CODES.ok;
}

function fileOption(flags: string, description: string, fileName: string): Option {
  return new Option(flags, description).default(resolve(GATEWAY_FOLDER, fileName), `gateway/${fileName}`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

await runCommand(command, async () => {
  process.exitCode = await compose(command.opts());
});

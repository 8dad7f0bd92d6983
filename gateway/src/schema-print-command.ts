import { readFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import { runCommand } from './command-line.ts';
import { apiSchemaOf } from './planning/api-schema.ts';
import { printApiSchema } from './planning/print-api-schema.ts';

interface Options {
  readonly schema: string;
  readonly out?: string;
}

const command = new Command('schema:print')
  .description('Prints the schema as clients see it, for code generators and editors.')
  .option('--schema <file>', 'the composed supergraph', resolve(import.meta.dirname, '../supergraph.graphql'))
  .option('--out <file>', 'writes it there instead');

/** @throws Error when a file cannot be read or written, or is no supergraph */
async function run({ schema, out }: Options): Promise<void> {
  const text = printApiSchema(apiSchemaOf(await readFile(schema, 'utf8')));
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeFile(out, text);
  console.error(`Wrote ${relative(process.cwd(), resolve(out))}: ${text.split('\n').length - 1} lines.`);
}

await runCommand(command, () => run(command.opts()));

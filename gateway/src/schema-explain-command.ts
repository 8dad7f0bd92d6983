import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { GraphQLError } from 'graphql';
import { runCommand } from './command-line.ts';
import { outlookFor } from './explain/operation-outlook.ts';
import { outlookText } from './explain/outlook-text.ts';
import { isJsonObject, type JsonObject } from './subgraph-fetch/json-object.ts';

interface Options {
  readonly schema: string;
  readonly variables: string;
  readonly operation?: string;
  readonly json?: boolean;
}

const command = new Command('schema:explain')
  .description('Plans an operation without executing it, and prints the plan as a tree with what it costs.')
  .argument(
    '[operation]',
    'its text, or the file that has it; read from the standard input when it is missing or -',
    '-',
  )
  .option('--variables <json>', 'its variables, which say how long lists are', '{}')
  .option('--operation <name>', 'which one, where the document has several')
  .option('--schema <file>', 'the composed supergraph', resolve(import.meta.dirname, '../supergraph.graphql'))
  .option('--json', 'print it for programs');

/** @throws Error that says what went wrong */
async function run(source: string, { schema, variables, operation, json }: Options): Promise<void> {
  const outlook = outlookFor({
    supergraphSdl: await readFile(schema, 'utf8'),
    operation: await readOperation(source),
    operationName: operation,
    variables: parseVariables(variables),
  });
  console.log(json ? JSON.stringify(outlook, undefined, 2) : outlookText(outlook));
}

/** A text has braces, and no file of ours has. */
function readOperation(source: string): Promise<string> | string {
  if (source === '-') return text(process.stdin);
  return source.includes('{') ? source : readFile(source, 'utf8');
}

function parseVariables(json: string): JsonObject {
  const variables: unknown = JSON.parse(json);
  if (!isJsonObject(variables)) throw new Error('--variables has to be an object in JSON');
  return variables;
}

function problemText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(problemText).join('\n\n');
  if (error instanceof GraphQLError) return error.toString();
  return error instanceof Error ? error.message : String(error);
}

await runCommand(command, () => run(command.args[0] ?? '-', command.opts()), problemText);

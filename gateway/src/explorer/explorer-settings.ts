import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { StartError } from '@tributary/runtime/lifecycle/start-error';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { type ExampleOperation, exampleOperation } from './example-operation.ts';

/** What the explorer offers beside the graph itself: operations to begin with, and accounts to try it as. */
export interface ExplorerSettings {
  readonly examples: readonly ExampleOperation[];
  readonly accounts: readonly { readonly name: string; readonly variables: Readonly<Record<string, unknown>> }[];
  /** How to become one of them. */
  readonly logIn?: { readonly operation: string; readonly accessToken: readonly string[] } | undefined;
}

const fileSchema = z.strictObject({
  /** A folder of folders, each with operations in its folder `examples`; relative to the file. */
  examples: z.string().optional(),
  /** An operation that takes an account's variables, and where in its data the access token is. */
  logIn: z.strictObject({ operation: z.string(), accessToken: z.array(z.string()).min(1) }).optional(),
  accounts: z.array(z.strictObject({ name: z.string(), variables: z.record(z.string(), z.unknown()) })).default([]),
});

export const noSettings: ExplorerSettings = { examples: [], accounts: [] };

/**
 * Reads what the explorer is to offer.
 *
 * @param file in YAML
 * @throws StartError saying what is wrong with the file or an example
 */
export async function readExplorerSettings(file: string): Promise<ExplorerSettings> {
  try {
    const { examples: folder, logIn, accounts } = fileSchema.parse(parseYaml(await readFile(file, 'utf8')));
    const examples = folder === undefined ? [] : await readExamples(resolve(dirname(file), folder));
    return { examples, accounts, logIn };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new StartError(`the explorer's settings cannot be read from ${file}: ${reason}`, { cause: error });
  }
}

/**
 * The operations of `<folder>/<group>/examples/*.graphql`, each with the variables of the `.variables.json` beside it.
 *
 * @throws Error when one cannot be read, GraphQLError when one is none
 */
export async function readExamples(folder: string): Promise<ExampleOperation[]> {
  const files: string[] = [];
  for await (const file of glob('*/examples/*.graphql', { cwd: folder })) files.push(file);
  return Promise.all(files.toSorted().map((file) => readExample(folder, file)));
}

async function readExample(folder: string, file: string): Promise<ExampleOperation> {
  const text = await readFile(join(folder, file), 'utf8');
  const variables = await readFile(join(folder, `${file.slice(0, -'.graphql'.length)}.variables.json`), 'utf8').catch(
    () => '{}',
  );
  const [group = basename(folder)] = relative(folder, join(folder, file)).split(sep);
  return exampleOperation(group, text, JSON.parse(variables));
}

import { readFileSync } from 'node:fs';
import { EnvironmentError } from './environment-error.ts';

/**
 * A variable that may hold a secret, as it stands or from the file that its sibling `<name>_FILE` names; undefined when neither is
 * set. The file is read at once, without the white space around its content.
 *
 * @throws EnvironmentError when both are set, or for a file that can't be read. It never repeats the value.
 */
export function secretVariable<Name extends string>(
  environment: { readonly [Key in Name | `${Name}_FILE`]?: string | undefined },
  name: Name,
): string | undefined {
  const fileName: `${Name}_FILE` = `${name}_FILE`;
  const given = environment[name];
  const file = environment[fileName];
  if (given !== undefined && file !== undefined) {
    throw new EnvironmentError([`${name} and ${fileName}: only one of them can be set`]);
  }
  return file === undefined ? given : readSecret(fileName, file);
}

function readSecret(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new EnvironmentError([`${variable}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

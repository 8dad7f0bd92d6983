import type { z } from 'zod';
import { EnvironmentError } from './environment-error.ts';

/**
 * Reads the variables that `schema` names. An empty variable counts as unset, as compose files and shells make them.
 *
 * @param schema its keys are the names of variables; a `.describe()` is shown with the problem
 * @throws EnvironmentError that lists all problems at once and never repeats a value, which may be a secret
 */
export function parseEnvironment<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodObject<Shape>> {
  const names = Object.keys(schema.shape);
  const given = Object.fromEntries(names.map((name) => [name, env[name] === '' ? undefined : env[name]]));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EnvironmentError(parsed.error.issues.map((issue) => describeProblem(issue, schema, given)));
}

function describeProblem(
  issue: z.core.$ZodIssue,
  schema: z.ZodObject,
  given: Readonly<Record<string, string | undefined>>,
): string {
  const name = String(issue.path[0] ?? '');
  if (name === '') return issue.message;
  const description = schema.shape[name]?.description;
  const problem = given[name] === undefined ? 'is required' : issue.message;
  return `${name}: ${problem}${description === undefined ? '' : ` (${description})`}`;
}

import type { z } from 'zod';
import { badInput } from './bad-input.ts';

/**
 * Checks an input beyond what its GraphQL types say.
 *
 * @param name the field that holds the input, for an input that is a single value
 * @throws CodedError BAD_USER_INPUT with the path of the first field that is wrong in `extensions.field`
 */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown, name?: string): Output {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = [name, ...(issue?.path ?? [])].filter((part) => part !== undefined);
  throw badInput(path.join('.') || 'input', issue?.message ?? 'is not valid');
}

import { CodedError } from '@tributary/runtime/errors/coded-error';
import { z } from 'zod';

/**
 * Checks the input of a mutation beyond what its GraphQL types say.
 *
 * @throws CodedError BAD_USER_INPUT with the name of the first field that is wrong in `extensions.field`
 */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new CodedError('BAD_USER_INPUT', `${field}: ${issue?.message}`, { extensions: { field } });
}

/** A text on one line, without spaces around it. */
export function lineOfText(bounds: { min: number; max: number }) {
  return boundedText(bounds).regex(/^\P{Cc}*$/u, 'must not contain control characters');
}

/** A text with line breaks, without spaces around it. Postgres takes no NUL in a text. */
export function paragraphsOfText(bounds: { min: number; max: number }) {
  return boundedText(bounds).regex(/^[^\0]*$/, 'must not contain NUL');
}

function boundedText({ min, max }: { min: number; max: number }) {
  const message = `must have ${min} to ${max} characters`;
  return z.string('must be a text').trim().min(min, message).max(max, message);
}

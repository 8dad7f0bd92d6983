import type { Answer } from './compiled-operation.ts';

/** An answer as the body of a response. */
export function answerText({ data, errors }: Answer): string {
  if (errors.length === 0) return JSON.stringify({ data });
  return JSON.stringify({ data, errors });
}

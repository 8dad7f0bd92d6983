import { z } from 'zod';
import { type Operation, type Part, partName } from './operation.ts';

/** A part that did not come, and what was said about it: a code, `SILENT` for nothing, or how the request itself failed. */
export interface MissingPart {
  /** As `partName` has it. */
  readonly part: string;
  readonly code: string;
}

/** What one request came to. */
export interface Sample {
  readonly operation: string;
  /** A `performance.now()`. */
  readonly sentAtMs: number;
  readonly tookMs: number;
  /** None where the answer was whole. */
  readonly missing: readonly MissingPart[];
}

const answerSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.object({ code: z.string() }).optional(),
      }),
    )
    .optional(),
});

/** @throws ZodError or SyntaxError for what is no answer of a GraphQL server */
export function missingParts(operation: Operation, text: string): MissingPart[] {
  const { data, errors = [] } = answerSchema.parse(JSON.parse(text));
  return operation.parts
    .filter(({ path }) => !isWhole(data, path))
    .map((part) => {
      const error = errors.find(({ path }) => concerns(path, part));
      return { part: partName(operation, part), code: error ? (error.extensions?.code ?? 'NO_CODE') : 'SILENT' };
    });
}

/** All parts, for a request that got no answer. */
export function allMissing(operation: Operation, code: string): MissingPart[] {
  return operation.parts.map((part) => ({ part: partName(operation, part), code }));
}

/** Whether there is something at the path, in every element of the lists on the way; an empty list has nothing. */
function isWhole(value: unknown, [field, ...rest]: readonly string[]): boolean {
  if (Array.isArray(value)) {
    const path = field === undefined ? [] : [field, ...rest];
    return value.length > 0 && value.every((element) => isWhole(element, path));
  }
  if (field === undefined) return value !== null && value !== undefined;
  if (typeof value !== 'object' || value === null) return false;
  return isWhole(Reflect.get(value, field), rest);
}

/** An error says why a part is missing when it stands above it or in it. */
function concerns(path: readonly (string | number)[] | undefined, part: Part): boolean {
  const fields = (path ?? []).filter((step) => typeof step === 'string');
  return fields.slice(0, part.path.length).every((field, depth) => field === part.path[depth]);
}

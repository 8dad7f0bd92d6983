import type { AnswerPath } from './entity-path.ts';

/** The client's own names for response keys that the plan has renamed; all other keys are the client's. */
export type ClientNames = ReadonlyMap<string, string>;

/** A path of the plan's data as the client knows it. */
export function toClientPath(path: readonly (string | number)[], names: ClientNames): AnswerPath {
  return path.map((step) => (typeof step === 'string' ? (names.get(step) ?? step) : step));
}

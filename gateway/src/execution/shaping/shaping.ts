import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import type { AnswerError, FailureLog } from '../failure-log.ts';
import type { AnswerSources } from '../merging/answer-sources.ts';
import type { AnswerPath } from '../merging/entity-path.ts';
import { answerTooLarge } from './answer-limit.ts';
import type { WrongDataObserver } from './wrong-data.ts';

/** Says that a value cannot be null and is not there, so that the object or list around it is null. */
export const BUBBLE = Symbol('null of a type that has none');

/** One answer while it is shaped. */
export interface Shaping {
  /** Where the value stands that is being shaped; whoever goes down adds to it and takes it off again. */
  readonly path: AnswerPath;
  /** What the shaping itself found wrong. */
  readonly errors: AnswerError[];
  /**
   * Counts what a value takes as JSON, objects and lists without what is in them.
   * @throws CodedError ANSWER_TOO_LARGE
   */
  spend(name: string, value: unknown): void;
  /** Whether a subgraph that was asked for fields of the entity does not know it. */
  isAbsent(entity: JsonObject): boolean;
  /** The value of a root field that asks for the schema. */
  introspected(key: string): unknown;
  /** Notes a null where there is none, unless a subgraph's error says why it is there. */
  noteNull(field: string): void;
  /** Notes a value that its field cannot have. */
  noteInvalid(field: string): void;
}

/** The least that stands around a name and a value. */
const PUNCTUATION = 3;
/** About what an error takes as JSON. */
const ERROR = 200;

export interface ShapingOptions {
  readonly failures: FailureLog;
  readonly absent: ReadonlySet<JsonObject> | undefined;
  /** Whose values are to be blamed. */
  readonly sources: AnswerSources;
  /** How many characters of JSON the answer may have. */
  readonly answerLimit: number;
  readonly observeWrongData?: WrongDataObserver | undefined;
}

/**
 * @param introspect answers the fields of the operation that ask for the schema; called once, and only if there are any
 */
export function createShaping(
  introspect: () => JsonObject,
  { failures, absent, sources, answerLimit, observeWrongData }: ShapingOptions,
): Shaping {
  const path: AnswerPath = [];
  const errors: AnswerError[] = [];
  let introspection: JsonObject | undefined;
  let spent = 0;
  const take = (characters: number) => {
    spent += characters;
    if (spent > answerLimit) throw answerTooLarge(answerLimit);
  };
  const note = (message: string) => {
    const service = sources(path);
    observeWrongData?.(service, message);
    const extensions = { code: 'SUBGRAPH_INVALID_RESPONSE', ...(service !== undefined && { service }) };
    errors.push({ message, path: [...path], extensions });
    take(ERROR);
  };
  return {
    path,
    errors,
    spend: (name, value) => take(name.length + PUNCTUATION + (typeof value === 'string' ? value.length : 0)),
    isAbsent: (entity) => absent?.has(entity) === true,
    introspected(key) {
      introspection ??= introspect();
      return introspection[key];
    },
    noteNull(field) {
      if (!failures.isExplained(path)) note(`Cannot return null for non-nullable field ${field}.`);
    },
    noteInvalid(field) {
      note(`A subgraph answered with a value that ${field} cannot have.`);
    },
  };
}

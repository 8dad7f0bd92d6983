import { isJsonObject, type JsonObject } from '../../subgraph-fetch/json-object.ts';
import { type OwnKey, readKey, writeKey } from '../own-key.ts';
import { answerTooLarge } from './answer-limit.ts';
import type { Completer } from './completer.ts';
import { jsonText } from './json-text.ts';
import { BUBBLE, type Shaping } from './shaping.ts';
import type { WrittenTexts } from './written-texts.ts';

/** One field of an object of the answer. */
export interface FieldShape {
  /** In the data. */
  readonly key: OwnKey;
  /** In the answer. */
  readonly name: OwnKey;
  readonly completer: Completer;
  /** Whether its type has no null. */
  readonly isRequired: boolean;
  /** The `typeof` of values that need no look, as far as numbers are integers of 32 bits; the most frequent ones are strings. */
  readonly plain: 'string' | 'number' | 'boolean' | 'none';
}

/** The fields of an object of the answer, in its order, and the texts that stand before their values. */
export interface ObjectShape {
  readonly fields: readonly FieldShape[];
  readonly labels: readonly string[];
  /** The most characters of JSON that an object may have with all below it. */
  readonly limit: number;
}

/** @param limit the most characters of JSON that an object may have with all below it */
export function objectShape(fields: readonly FieldShape[], limit: number): ObjectShape {
  const labels = fields.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name.name)}:`);
  return { fields, labels, limit };
}

/** How the objects of a field are told apart and shaped. */
export interface ObjectShapes {
  /** For errors: `Product.reviews`. */
  readonly field: string;
  /** The number of the place in the answer's shape. */
  readonly place: number;
  /** The shape for an object by its type; `undefined` when the field cannot have one of that type. */
  shapeFor(value: JsonObject): ObjectShape | undefined;
}

/** Completes the values of a field that are objects; what is none, or has another type, is noted as invalid and becomes null. */
export function objectCompleter({ field, place, shapeFor }: ObjectShapes): Completer {
  return {
    complete(value, shaping) {
      const shape = isJsonObject(value) ? shapeFor(value) : undefined;
      if (shape && isJsonObject(value)) return completeFields(shape, value, shaping);
      shaping.noteInvalid(field);
      return BUBBLE;
    },
    write(value, texts) {
      if (!isJsonObject(value)) return undefined;
      const shape = shapeFor(value);
      if (!shape) return undefined;
      return texts ? texts.textOf(place, value, shape, writeFields) : writeFields(shape, value, undefined);
    },
  };
}

function isPlain(value: unknown, plain: FieldShape['plain']): boolean {
  return typeof value === 'number' ? plain === 'number' && (value | 0) === value : typeof value === plain;
}

/**
 * @returns `null` for an entity that lacks a field it must have since a subgraph does not know it: there is no such object, which
 *   is for the place that it was to have to say something about
 */
export function completeFields(
  shape: ObjectShape,
  value: JsonObject,
  shaping: Shaping,
): JsonObject | null | typeof BUBBLE {
  const completed: JsonObject = {};
  const isAbsent = shaping.isAbsent(value);
  for (const { key, name, completer, isRequired, plain } of shape.fields) {
    const raw = readKey(value, key);
    if (isAbsent && isRequired && (raw === null || raw === undefined)) return null;
    shaping.spend(name.name, raw);
    if (isPlain(raw, plain)) {
      writeKey(completed, name, raw);
      continue;
    }
    shaping.path.push(name.name);
    const made = completer.complete(raw, shaping);
    shaping.path.pop();
    if (made === BUBBLE) return BUBBLE;
    writeKey(completed, name, made);
  }
  return completed;
}

/**
 * What `completeFields` makes, as `Completer.write` has it.
 * @throws CodedError ANSWER_TOO_LARGE
 */
export function writeFields(
  { fields, labels, limit }: ObjectShape,
  value: JsonObject,
  texts: WrittenTexts | undefined,
): string | undefined {
  let written = '';
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i];
    if (!field) break;
    const raw = readKey(value, field.key);
    const text = isPlain(raw, field.plain) ? jsonText(raw) : field.completer.write(raw, texts);
    if (text === undefined) return undefined;
    written += labels[i] + text;
    if (written.length > limit) throw answerTooLarge(limit);
  }
  return written === '' ? '{}' : `${written}}`;
}

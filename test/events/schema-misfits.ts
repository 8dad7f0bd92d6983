import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;
type Misfits = (published: JsonSchema, consumed: JsonSchema, path: string) => string[];

/** Says nothing about which values there are. */
const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'required']);

/**
 * Where a value that is published need not be one that is consumed: a field that is missing, optional, or wider than its reader
 * takes it to be. What only the publisher has is of no concern. A rule of a consumer that is not known here has to be the
 * publisher's as well, so nothing passes because it was not understood.
 */
export function schemaMisfits(published: z.ZodType, consumed: z.ZodType): string[] {
  return misfitsAt(
    z.toJSONSchema(published, { io: 'output' }),
    z.toJSONSchema(consumed, { io: 'input' }),
    'the payload',
  );
}

/** Each alternative of the publisher has to suit one of the consumer's. */
const misfitsAt: Misfits = (published, consumed, path) => {
  const choices = alternativesOf(consumed);
  return alternativesOf(published).flatMap((each) => {
    const misfits = choices.map((choice) => misfitsOfOne(each, choice, path));
    if (misfits.some(({ length }) => length === 0)) return [];
    return misfits.length > 1 ? [`${path} may be ${JSON.stringify(each)}`] : misfits.flat();
  });
};

const misfitsOfOne: Misfits = (published, consumed, path) =>
  Object.keys(consumed)
    .filter((rule) => !ANNOTATIONS.has(rule))
    .flatMap((rule) => {
      const known = RULES[rule];
      if (known) return known(published, consumed, path);
      return isDeepStrictEqual(published[rule], consumed[rule]) ? [] : [differs(path, rule, published, consumed)];
    });

function alternativesOf(schema: JsonSchema): JsonSchema[] {
  if (schema.anyOf) return schema.anyOf.map(schemaOf);
  return Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : [schema];
}

const misfitsOfFields: Misfits = (published, consumed, path) =>
  Object.entries(consumed.properties ?? {}).flatMap(([name, field]) => {
    const source = published.properties?.[name];
    const isRequired = consumed.required?.includes(name) === true;
    if (source === undefined) return isRequired ? [`${path} has no ${name}`] : [];
    const misfits = misfitsAt(schemaOf(source), schemaOf(field), `${name} of ${path}`);
    return isRequired && !published.required?.includes(name) ? [`${name} of ${path} is optional`, ...misfits] : misfits;
  });

const atLeast =
  (rule: string): Misfits =>
  (published, consumed, path) =>
    Number(published[rule]) >= Number(consumed[rule]) ? [] : [differs(path, rule, published, consumed)];
const atMost =
  (rule: string): Misfits =>
  (published, consumed, path) =>
    Number(published[rule]) <= Number(consumed[rule]) ? [] : [differs(path, rule, published, consumed)];

const RULES: Readonly<Record<string, Misfits>> = {
  type: (published, consumed, path) =>
    published.type === consumed.type || (published.type === 'integer' && consumed.type === 'number')
      ? []
      : [differs(path, 'type', published, consumed)],
  properties: misfitsOfFields,
  additionalProperties: (_published, consumed, path) =>
    consumed.additionalProperties === false ? [`${path} may get further fields, which its reader refuses`] : [],
  items: (published, consumed, path) =>
    misfitsAt(schemaOf(published.items), schemaOf(consumed.items), `an item of ${path}`),
  enum: (published, consumed, path) => {
    const values = published.enum ?? ('const' in published ? [published.const] : undefined);
    return values?.every((value) => consumed.enum?.includes(value)) ? [] : [differs(path, 'enum', published, consumed)];
  },
  minimum: atLeast('minimum'),
  minLength: atLeast('minLength'),
  minItems: atLeast('minItems'),
  maximum: atMost('maximum'),
  maxLength: atMost('maxLength'),
  maxItems: atMost('maxItems'),
};

function schemaOf(schema: unknown): JsonSchema {
  return typeof schema === 'object' && schema !== null ? { ...schema } : {};
}

function differs(path: string, rule: string, published: JsonSchema, consumed: JsonSchema): string {
  return `${rule} of ${path} is ${JSON.stringify(published[rule]) ?? 'not bounded'}, not ${JSON.stringify(consumed[rule])}`;
}

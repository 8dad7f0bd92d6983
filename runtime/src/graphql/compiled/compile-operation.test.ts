import { describe, expect, it } from '@jest/globals';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  getIntrospectionQuery,
  getOperationAST,
  Kind,
  parse,
  validate,
} from 'graphql';
import { CodedError } from '../../errors/coded-error.ts';
import { type CompiledOperation, compileOperation } from './compile-operation.ts';
import { buildUnrulySchema } from './unruly-schema.ts';

const schema = buildUnrulySchema();

type Variables = Record<string, unknown>;

function compile(document: DocumentNode): CompiledOperation {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('the document has not one operation');
  const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  return compileOperation({
    schema,
    operation,
    fragments: Object.fromEntries(fragments.map((each) => [each.name.value, each])),
  });
}

function parseValid(text: string): DocumentNode {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return document;
}

/** Everything of a result that anybody looks at, as it goes over the wire; which of several errors came first is nobody's promise. */
function seen({ data, errors }: ExecutionResult): unknown {
  const all = errors
    ?.map((error) => JSON.stringify([error.toJSON(), error.originalError instanceof CodedError]))
    .sort();
  return { data: data === undefined ? undefined : JSON.stringify(data), errors: all };
}

/** Executes by graphql-js and, twice, compiled. */
async function inAllWays(text: string, variables: Variables) {
  const document = parseValid(text);
  const compiled = compile(document);
  const run = async (how: (context: object) => PromiseLike<ExecutionResult> | ExecutionResult) => {
    const log: string[] = [];
    const result = await how({ log });
    return { ...(seen(result) as object), log };
  };
  return {
    reference: await run((contextValue) => execute({ schema, document, contextValue, variableValues: variables })),
    first: await run((context) => compiled.execute(context, variables)),
    second: await run((context) => compiled.execute(context, variables)),
  };
}

const entities = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { id name strict } } }';
const users = (...ids: string[]) => ({ of: ids.map((id) => ({ __typename: 'User', id })) });

const operations: readonly (readonly [what: string, text: string, variables?: Variables])[] = [
  ['entities', entities, users('1', '2')],
  ['entities of which one fails after later ones came', entities, users('1', 'bad late', '2', 'null', 'late')],
  ['entities of which one lacks what it must have', entities, users('1', '2!', '3')],
  ['entities of a type that is not there', entities, { of: [{ __typename: 'Nope', id: '1' }] }],
  [
    'entities of several types',
    `query ($of: [_Any!]!) {
      all: _entities(representations: $of) { __typename ... on Node { id } ... on User { name } ... on Book { title } }
      again: _entities(representations: $of) { ... on Parcel { __typename id grams label } }
    }`,
    {
      of: [
        { __typename: 'Book', id: '1' },
        { __typename: 'User', id: '2' },
        { __typename: 'Parcel', id: '3', grams: 5, label: 'a' },
        { __typename: 'Book', id: '4' },
      ],
    },
  ],
  [
    'entities that are their references, one without what it must have',
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Parcel { id label } } }',
    {
      of: [
        { __typename: 'Parcel', id: '1', label: 'a' },
        { __typename: 'Parcel', id: '2' },
      ],
    },
  ],
  [
    'entities of an interface',
    'query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Media { id } ... on Book { title } } }',
    {
      of: [
        { __typename: 'Media', id: '1' },
        { __typename: 'Book', id: '2' },
      ],
    },
  ],
  [
    'entities that know whether they are of their type',
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Typed { id } } }',
    {
      of: [
        { __typename: 'Typed', id: 'it' },
        { __typename: 'Typed', id: 'late' },
      ],
    },
  ],
  ['no entities', entities, { of: [] }],
  ['references that are no objects', entities, { of: ['User', 1] }],
  ['a reference of no type', entities, { of: [{ __typename: 'User', id: '1' }, { id: '2' }] }],
  [
    'references that are null',
    'query ($of: [_Any!] = []) { _entities(representations: $of) { __typename } }',
    { of: null },
  ],
  [
    'a variable inside a representation',
    'query ($id: ID) { _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { id } } }',
    { id: '9' },
  ],
  ['aliases', '{ a: user { id } b: user(id: "2") { x: id y: id name } }'],
  ['properties that can be read, and that cannot', '{ users(ids: ["1", "guarded"]) { id guarded name } }'],
  ['an object without properties', '{ user { flatFriend { id name strict } } }'],
  ['an alias that is a prototype', '{ user { __proto__: name then: id constructor: strict } }'],
  ['methods and promises as properties', '{ user { method(suffix: "s") plain: method promised } }'],
  [
    'merged selections',
    '{ user { friend { id } friend { name friend { id } } ...F } } fragment F on User { friend { strict } }',
  ],
  ['null in a nullable place', '{ user(id: "null") { id strict } }'],
  ['null in a strict place', '{ user(id: "1!") { id strict } ok: user { id } }'],
  ['null below strict places', '{ user { friend { strictFriend { strictFriend { strict } } } } }'],
  ['null in a strict list', '{ strictUsers(ids: ["1", "null", "late"]) { id } user { id } }'],
  [
    'two failures below one nullable place',
    '{ users(ids: ["late", "1"]) { a: strictFriend { strict } b: strictFriend { strict } } }',
  ],
  ['failures above and below each other', '{ user { friends { friend { strictFriend { strict } } } } }'],
  ['lists of lists', '{ matrix { id name } }'],
  ['lists of numbers', '{ numbers set noList }'],
  [
    'lists with arguments',
    'query ($n: Int) { user { friends(first: $n) { friends { id friends(first: 1) { id } } } } }',
    { n: 3 },
  ],
  ['errors thrown and returned', '{ fails returnsError again: fails }'],
  ['a strict root field', '{ strictRoot user { id } fails }'],
  ['an interface', '{ node(is: "User") { __typename id ... on User { name } ... on Shop { owner { id } } } }'],
  [
    'an interface resolved later',
    '{ node(is: "Shop later") { __typename id ... on Node { id } ... on Shop { name } } }',
  ],
  ['a type resolver that throws', '{ node(is: "throws") { id } user { id } }'],
  ['a type resolver that rejects', '{ node(is: "rejects") { id } user { node { id __typename } } }'],
  ['a union', '{ things { __typename ... on User { name } ... on Shop { name owner { id } } } }'],
  ['isTypeOf', '{ a: typed { id } b: typed(is: "late") { id } }'],
  [
    'enums',
    'query ($c: Color, $d: Color) { a: color(value: $c) b: color(value: GREEN) c: color d: color(value: $d) }',
    { c: 'RED', d: 'GREEN' },
  ],
  ['scalars', 'query ($o: Odd) { a: odd(value: $o) b: odd(value: 5) }', { o: 3 }],
  ['an enum of no such value', 'query ($c: Color) { color(value: $c) }', { c: 'BLUE' }],
  ['a scalar that refuses', 'query ($o: Odd) { odd(value: $o) }', { o: 2 }],
  ['a number for text', 'query ($id: ID!, $t: String) { user(id: $id) { method(suffix: $t) } }', { id: 1.5, t: 1 }],
  ['numbers for ids', 'query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids: [1, '2'] }],
  ['a number for an id that is none', 'query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids: ['1', 1.5] }],
  ['null for a variable', 'query ($id: ID, $c: Color) { user(id: $id) { id } color(value: $c) }', { id: null }],
  [
    'a variable that is a prototype',
    'query ($__proto__: ID) { user(id: $__proto__) { id } }',
    JSON.parse('{ "__proto__": "2" }'),
  ],
  ['a missing variable', 'query ($id: ID!) { user(id: $id) { id } }'],
  ['null for a strict variable', 'query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids: ['1', null] }],
  ['one item for a list', 'query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids: '1' }],
  ['an unknown field of an input', 'query ($f: Filter) { echo(filter: $f) }', { f: { text: 't', nope: 1 } }],
  ['variables that were not declared', '{ user { id } }', { nope: 1 }],
  ['defaults of arguments', '{ echo b: echo(limit: null) c: echo(filter: { text: "t" }) d: echo(limit: 9) }'],
  [
    'defaults of variables',
    'query ($l: Int = 5, $t: String! = "d") { echo(limit: $l, filter: { text: $t, limit: $l }) }',
  ],
  [
    'variables left out of an input',
    'query ($l: Int, $t: String!) { echo(limit: $l, filter: { text: $t, limit: $l }) }',
    { t: 'x' },
  ],
  [
    'null variables in an input',
    'query ($l: Int, $t: String!) { echo(limit: $l, filter: { text: $t, limit: $l }) }',
    { t: 'x', l: null },
  ],
  ['null for an argument with a default', 'query ($n: Int) { user { friends(first: $n) { id } } }', { n: null }],
  [
    'constant conditions',
    '{ a: user @skip(if: true) { id } user { id @include(if: false) name @skip(if: false) @include(if: true) } }',
  ],
  ['mutations', 'mutation { a: step(name: "a", ms: 5) b: step(name: "b") c: step(name: "c", ms: 1) }'],
  ['mutations of which one fails', 'mutation { a: step(name: "bad", ms: 2) b: step(name: "b") }'],
  ['mutations after one that leaves no data', 'mutation { a: strictStep(name: "a") b: step(name: "b") }'],
  ['introspection', getIntrospectionQuery()],
  [
    'introspection beside data',
    '{ __typename __type(name: "User") { name fields { name } } user { __typename } _service { sdl } }',
  ],
];

describe('a compiled operation has the result that graphql-js has:', () => {
  it.each(operations)('%s', async (_, text, variables = {}) => {
    const { reference, first, second } = await inAllWays(text, variables);
    expect(first).toEqual(reference);
    expect(second).toEqual(reference);
  });

  const conditional = `query ($a: Boolean!, $b: Boolean = false) {
    user @skip(if: $b) { id ...F @include(if: $a) ... @skip(if: $a) { name friend { ...F } } friend @include(if: $b) { id } }
    user @include(if: $a) { friend { name ...F @skip(if: $a) } }
    ...Q @include(if: $b)
  }
  fragment F on User { strict @include(if: $a) friend { id @skip(if: $a) name } }
  fragment Q on Query { color more: user { ...F } }`;

  it.each([{ a: true }, { a: false }, { a: true, b: true }, { a: false, b: true }, { a: true, b: null }])(
    'conditions with %j',
    async (variables) => {
      const { reference, first, second } = await inAllWays(conditional, variables);
      expect(first).toEqual(reference);
      expect(second).toEqual(reference);
    },
  );

  it('one compilation serves every combination of conditions', async () => {
    const document = parseValid(conditional);
    const compiled = compile(document);
    for (const variables of [{ a: true }, { a: false, b: true }, { a: true, b: false }, { a: false }]) {
      const reference = await execute({ schema, document, contextValue: {}, variableValues: variables });
      expect(seen(await compiled.execute({}, variables))).toEqual(seen(reference));
    }
  });
});

describe('a compiled operation', () => {
  it.each([
    '{ nodes { id } user { id } }',
    '{ typed(is: "no") { id } }',
    '{ typed(is: "late no") { id } }',
    '{ odd numbers }',
    '{ _entities(representations: [{ __typename: "Shop", id: 1 }, { __typename: "User", id: 1 }]) { __typename } }',
    '{ _entities(representations: [{ __typename: "Typed", id: "no" }, { __typename: "Typed", id: "it" }]) { __typename } }',
    '{ _entities(representations: [{ __typename: "Typed", id: "text" }, { __typename: "Typed", id: "it" }]) { __typename } }',
  ])('fails at the same place as in graphql-js where it says why in other words: %s', async (text) => {
    const document = parseValid(text);
    const places = ({ data, errors }: ExecutionResult) => ({
      data: JSON.stringify(data),
      errors: errors?.map(({ path, locations }) => JSON.stringify([path, locations])).sort(),
    });
    const reference = await execute({ schema, document, contextValue: {} });
    expect(reference.errors).not.toBeUndefined();
    expect(places(await compile(document).execute({}, {}))).toEqual(places(reference));
  });

  it('keeps executions apart that run at once', async () => {
    const compiled = compile(parseValid('query ($id: ID) { user(id: $id) { id friend { id } } }'));
    const ids = ['late 1', '2', 'late 3', 'bad', 'null'];
    const results = await Promise.all(ids.map((id) => compiled.execute({}, { id })));
    expect(results.map(({ data }) => JSON.stringify(data?.['user']))).toEqual([
      '{"id":"late 1","friend":{"id":"late 1\'s friend"}}',
      '{"id":"2","friend":{"id":"2\'s friend"}}',
      '{"id":"late 3","friend":{"id":"late 3\'s friend"}}',
      'null',
      'null',
    ]);
  });
});

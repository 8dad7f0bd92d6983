import { composeServices } from '@apollo/composition';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { checkSchema, isAcceptable } from './check-schema.ts';
import { reportAnnotations } from './report-annotations.ts';
import { reportMarkdown } from './report-markdown.ts';
import { reportText } from './report-text.ts';

const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])';
const REVIEWS = `${FEDERATION}
"A book." type Book @key(fields: "id") { "Its id." id: ID! "From 0 to 5." stars: Float }`;

function booksWith(...members: string[]): string {
  return `${FEDERATION}
"The queries." type Query { "One of them." book(id: ID!): Book "All." genres: [String!]! ${members[1] ?? ''} }
"A book." type Book @key(fields: "id") { "Its id." id: ID! "Its title." title: String! ${members[0] ?? ''} }`;
}

function compose(books: string, reviews = REVIEWS): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries({ books, reviews }).map(([name, sdl]) => ({
      name,
      url: `http://${name}.test`,
      typeDefs: parse(sdl),
    })),
  );
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

const base = compose(booksWith('"Old." subtitle: String'));
const shown = { base: 'main', isVerbose: false };
const operation = (name: string, body: string) => ({ client: 'web 1.4', name, body });

describe('a check of a schema', () => {
  it('has nothing to say about a schema that is the same', async () => {
    const check = await checkSchema({ base, next: base }, []);
    expect(check).toEqual({
      changes: [],
      broken: [],
      plans: [],
      costs: [],
      lint: [],
      knownOperations: 0,
      usage: undefined,
    });
    expect(reportText(check, shown)).toBe(
      'Nothing differs from main. Judged by 0 known operations; no usage was counted. Passed.',
    );
  });

  it('says that there is no usage data, and fails', async () => {
    const check = await checkSchema({ base, next: compose(booksWith()) }, undefined);
    expect(isAcceptable(check)).toBe(false);
    expect(reportText(check, shown)).toBe(
      [
        "breaking    Book.subtitle  Field 'subtitle' was removed from object type 'Book'",
        'lint        Book.subtitle was removed before it was deprecated (removed-without-deprecation)',
        '',
        '1 changes against main: 1 breaking. There is no usage data, so whatever could break a client counts as breaking (--operations names a manifest, --usage what was counted). Failed.',
      ].join('\n'),
    );
  });

  it('names the operations that it breaks', async () => {
    const operations = [
      operation('Cover', 'query Cover { book(id: 1) { title subtitle } }'),
      operation('Other', '{ genres }'),
    ];
    const check = await checkSchema({ base, next: compose(booksWith()) }, operations);
    expect(check.broken).toEqual([
      { label: 'Cover (web 1.4)', reasons: [expect.stringContaining('Cannot query field "subtitle" on type "Book"')] },
    ]);
    expect(reportText(check, shown)).toContain('used by Cover (web 1.4)\n');
    expect(isAcceptable(check)).toBe(false);
  });

  it('passes a removal that no known operation meets', async () => {
    const check = await checkSchema({ base, next: compose(booksWith()) }, [operation('Other', '{ genres }')]);
    expect(check.changes.map(({ verdict }) => verdict)).toEqual(['unused']);
    expect(isAcceptable(check)).toBe(true);
  });

  it('takes an operation that was broken before for no user', async () => {
    const check = await checkSchema({ base, next: compose(booksWith()) }, [
      operation('Lost', '{ book(id: 1) { subtitle never } }'),
      operation('Garbled', '{'),
    ]);
    expect(check).toMatchObject({ knownOperations: 0, broken: [] });
  });

  it('tells which operations take more requests', async () => {
    const moved = `${FEDERATION}
"A book." type Book @key(fields: "id") { "Its id." id: ID! "From 0 to 5." stars: Float @requires(fields: "pages") "How many." pages: Int @external }`;
    const next = compose(booksWith('"Old." subtitle: String "How many." pages: Int'), moved);
    const check = await checkSchema({ base, next }, [
      operation('Stars', '{ book(id: 1) { stars } }'),
      operation('Title', '{ book(id: 1) { title } }'),
    ]);
    expect(check.plans).toEqual([]);
    const back = await checkSchema(
      {
        base: compose(
          booksWith('"From 0 to 5." stars: Float'),
          `${FEDERATION}\ntype Book @key(fields: "id") { id: ID! }`,
        ),
        next,
      },
      [operation('Stars', '{ book(id: 1) { stars } }')],
    );
    expect(back.plans).toEqual([
      { operation: 'Stars (web 1.4)', before: { fetches: 1, steps: 1 }, after: { fetches: 2, steps: 2 } },
    ]);
  });

  it('finds what reads badly in what is new, and leaves the rest alone', async () => {
    const next = compose(
      booksWith(
        '"Old." subtitle: String @deprecated Page_count: Int',
        '"Many." books: [Book!]! "Some." some(first: Int): [Book!]! "These." these(ids: [ID!]!): [Book]!',
      ),
    );
    const { lint } = await checkSchema({ base, next }, undefined);
    expect(lint.map(({ rule, coordinate }) => [rule, coordinate])).toEqual([
      ['deprecation-reason', 'Book.subtitle'],
      ['description', 'Book.Page_count'],
      ['naming', 'Book.Page_count'],
      ['pagination', 'Query.books'],
    ]);
  });

  it('says what is wrong with a supergraph that is none', async () => {
    await expect(checkSchema({ base: 'type {', next: base }, undefined)).rejects.toThrow(
      'supergraph:1:6 is not GraphQL: Syntax',
    );
  });
});

describe('reports for machines', () => {
  it('annotate the lines of the schemas', async () => {
    const check = await checkSchema({ base, next: compose(booksWith('"New, 100%." x_y: Int')) }, undefined);
    const places = new Map([['Book.x_y', { file: 'books, old/schema.graphql', line: 7 }]]);
    expect(reportAnnotations(check, (coordinate) => places.get(coordinate)).split('\n')).toEqual([
      "::error::breaking: Field 'subtitle' was removed from object type 'Book'",
      '::notice::Book.subtitle was removed before it was deprecated',
      '::notice file=books%2C old/schema.graphql,line=7::Book.x_y is not in camelCase',
    ]);
  });

  it('are tables in a pull request', async () => {
    const check = await checkSchema({ base, next: compose(booksWith()) }, [
      operation('Cover', 'query Cover { book(id: 1) { subtitle } }'),
    ]);
    const lines = reportMarkdown(check, { base: 'main' }).split('\n');
    expect(lines).toContain(
      "| breaking | `Book.subtitle` | Field 'subtitle' was removed from object type 'Book' | Cover (web 1.4) |",
    );
    expect(lines).toContain('| broken operation | why |');
  });
});

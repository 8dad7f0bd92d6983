import { describe, expect, it } from '@jest/globals';
import { entityFetch, makeOperation, type PlannedReply, rootFetch } from '../../testing/hand-made-plan.ts';

const SCHEMA = `
  type Query { best: Book books: [Book] shelf: Shelf sure: [Book!] }
  type Shelf { name: String! first: Book! }
  type Book { id: ID! title: String! pages: Int }`;

const book = (id: string) => ({ __typename: 'Book', id });

/** The answer when another subgraph knows or does not know the books of a field, whose data is this. */
async function answerTo(
  query: string,
  { root, at, data, known }: { root: string; at: (string | number)[]; data: object; known: PlannedReply },
) {
  const made = makeOperation({
    schema: SCHEMA,
    query,
    plan: { kind: 'Sequence', nodes: [rootFetch('shelf', root), entityFetch('titles', at, 'Book', 'title pages')] },
    reply: ({ subgraph }) => (subgraph === 'shelf' ? { data } : known),
  });
  const wrong: string[] = [];
  const observeWrongData = (subgraph: string | undefined, reason: string) => wrong.push(`${subgraph}: ${reason}`);
  const request = { variables: {}, transport: made.transport, observeWrongData };
  const written = await made.operation.executeToText(request);
  return { data: JSON.parse(written.dataText ?? ''), errors: written.errors, wrong };
}

const best = { root: '{best{__typename id}}', at: ['best'], data: { best: book('1') } };

describe('an entity that its subgraph does not know', () => {
  const known = { data: { _entities: [null] } };

  it('is null without an error where a field that it must have is asked for', async () => {
    expect(await answerTo('{ best { id title } }', { ...best, known })).toEqual({
      data: { best: null },
      errors: [],
      wrong: [],
    });
  });

  it('is what else is known of it where it may lack what is asked for', async () => {
    expect(await answerTo('{ best { id pages } }', { ...best, known })).toMatchObject({
      data: { best: { id: '1', pages: null } },
      errors: [],
    });
  });

  it('leaves a list to the others', async () => {
    const books = { root: '{books{__typename id}}', at: ['books', '@'], data: { books: [book('1'), book('2')] } };
    const one = { data: { _entities: [null, { title: 'Emma', pages: 1 }] } };
    expect(await answerTo('{ books { title } }', { ...books, known: one })).toMatchObject({
      data: { books: [null, { title: 'Emma' }] },
      errors: [],
    });
  });

  it.each([
    [
      '{ shelf { name first { title } } }',
      {
        root: '{shelf{name first{__typename id}}}',
        at: ['shelf', 'first'],
        data: { shelf: { name: 'A', first: book('1') } },
      },
      { data: { shelf: null }, field: 'Shelf.first', path: ['shelf', 'first'] },
    ],
    [
      '{ sure { title } }',
      { root: '{sure{__typename id}}', at: ['sure', '@'], data: { sure: [book('1')] } },
      { data: { sure: null }, field: 'Query.sure', path: ['sure', 0] },
    ],
  ])('is an error where there has to be one: %s', async (query, place, { data, field, path }) => {
    const answer = await answerTo(query, { ...place, known });
    expect(answer).toMatchObject({
      data,
      errors: [
        {
          message: `Cannot return null for non-nullable field ${field}.`,
          path,
          extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', service: 'shelf' },
        },
      ],
    });
    expect(answer.wrong).toHaveLength(1);
  });
});

it('an entity that its subgraph knows without what it must have is null with an error', async () => {
  const known = { data: { _entities: [{ title: null, pages: 7 }] } };
  expect(await answerTo('{ best { title } }', { ...best, known })).toMatchObject({
    data: { best: null },
    errors: [{ path: ['best', 'title'], extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', service: 'titles' } }],
  });
});

it('an entity that is null for an error has that error alone', async () => {
  const known = {
    data: { _entities: [null] },
    errors: [{ message: 'torn', path: ['_entities', 0], extensions: { code: 'TORN' } }],
  };
  expect(await answerTo('{ best { title } }', { ...best, known })).toMatchObject({
    data: { best: null },
    errors: [{ path: ['best'], extensions: { code: 'TORN' } }],
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { composeSupergraph } from '@tributary/gateway/composition/compose-supergraph';
import { type ForeignSubgraphServer, startForeignSubgraph } from './foreign-subgraph-server.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { librarySubgraphs } from './library-subgraphs.ts';

let folder: string;
let gateway: GatewayProcess;
const servers = new Map<string, ForeignSubgraphServer>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-foreign-'));
  const entries = await Promise.all(
    librarySubgraphs.map(async (subgraph) => {
      const server = await startForeignSubgraph(subgraph);
      servers.set(subgraph.name, server);
      const schemaFile = join(folder, `${subgraph.name}.graphql`);
      await writeFile(schemaFile, subgraph.schema);
      return { name: subgraph.name, urls: [server.url], schemaFile };
    }),
  );
  const outcome = await composeSupergraph(entries);
  if (!outcome.isComposed) throw new Error(outcome.errors.map(({ message }) => message).join('\n'));
  const supergraphFile = join(folder, 'library.graphql');
  await writeFile(supergraphFile, outcome.supergraphSdl);
  gateway = await startGatewayProcess(['--supergraph', supergraphFile, '--port', '0']);
});

afterAll(async () => {
  expect(await gateway.stop()).toBe(0);
  await Promise.all([...servers.values()].map((server) => server.stop()));
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  for (const { operations } of servers.values()) operations.length = 0;
});

async function ask(query: string, variables: object = {}): Promise<unknown> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** How many operations each subgraph was sent; those that got none are left out. */
function fetches(): Record<string, number> {
  return Object.fromEntries(
    [...servers].flatMap(([name, { operations }]) => (operations.length > 0 ? [[name, operations.length]] : [])),
  );
}

describe('a supergraph that is not ours is served', () => {
  it('with interfaces: each type shows its own fields', async () => {
    const query = `{
      media {
        __typename
        title
        creator { name ... on Author { penName } ... on Director { awards } }
        ... on Movie { minutes }
        ... on Book { format }
      }
    }`;

    expect(await ask(query)).toEqual({
      data: {
        media: [
          {
            __typename: 'Book',
            title: 'Emma',
            creator: { name: 'Jane Austen', penName: 'A Lady' },
            format: 'HARDCOVER',
          },
          {
            __typename: 'Book',
            title: 'Dubliners',
            creator: { name: 'James Joyce', penName: null },
            format: 'PAPERBACK',
          },
          { __typename: 'Movie', title: 'Playtime', creator: { name: 'Jacques Tati', awards: 3 }, minutes: 115 },
        ],
      },
    });
    expect(fetches()).toEqual({ catalog: 1 });
  });

  it('with unions, inputs and their defaults, fragments and aliases', async () => {
    const query = `
      query Search($text: String!, $limit: Int) {
        found: search(filter: { text: $text, limit: $limit }) { __typename ...OnBook ... on Author { who: name } }
        nothing: search(filter: { text: "none" }) { __typename }
      }
      fragment OnBook on Book { heading: title shippingEstimate }`;

    expect(await ask(query, { text: 'all', limit: 3 })).toEqual({
      data: {
        found: [
          { __typename: 'Book', heading: 'Emma', shippingEstimate: 0 },
          { __typename: 'Movie' },
          { __typename: 'Author', who: 'Jane Austen' },
        ],
        nothing: [],
      },
    });
  });

  it('with @requires: the fields are fetched for the subgraph that needs them and not shown', async () => {
    expect(await ask('{ book(id: "b2") { shippingEstimate } }')).toEqual({ data: { book: { shippingEstimate: 600 } } });
    expect(fetches()).toEqual({ catalog: 1, shipping: 1 });
  });

  it('with @provides: the owner of the field is not asked', async () => {
    expect(await ask('{ loans { book { title } } }')).toEqual({
      data: { loans: [{ book: { title: 'Emma, as loans knows it' } }] },
    });
    expect(fetches()).toEqual({ loans: 1 });
  });

  it('with @override: the field comes from the subgraph that has taken it over', async () => {
    expect(await ask('{ book(id: "b1") { title pageCount } }')).toEqual({
      data: { book: { title: 'Emma', pageCount: 474 } },
    });
    expect(servers.get('catalog')?.operations.join()).not.toContain('pageCount');
  });

  it('with @interfaceObject: every implementation gets the field, with its arguments, in one fetch', async () => {
    const query = 'query ($scale: Int) { media { id stars(scale: $scale) } }';

    expect(await ask(query, { scale: 10 })).toEqual({
      data: {
        media: [
          { id: 'b1', stars: 5 },
          { id: 'b2', stars: 5 },
          { id: 'm1', stars: 10 },
        ],
      },
    });
    expect(fetches()).toEqual({ catalog: 1, ratings: 1 });
  });

  it('with entity interfaces: the type behind an interface object is found out', async () => {
    expect(await ask('{ bestRated { __typename stars title ... on Movie { minutes } } }')).toEqual({
      data: { bestRated: { __typename: 'Movie', stars: 5, title: 'Playtime', minutes: 115 } },
    });
  });

  it('with mutations, whose answers are completed by other subgraphs', async () => {
    const query =
      'mutation { a: lend(bookId: "b1") { id book { format } } b: lend(bookId: "b2") { id book { pageCount } } }';

    expect(await ask(query)).toEqual({
      data: { a: { id: 'l-b1', book: { format: 'HARDCOVER' } }, b: { id: 'l-b2', book: { pageCount: null } } },
    });
    expect(servers.get('loans')?.operations).toHaveLength(1);
  });

  it.each([true, false])('with @include and @skip at %s: what is left out is not fetched', async (isWanted) => {
    const query = `query ($yes: Boolean!, $no: Boolean!) {
      book(id: "b1") { title stars @include(if: $yes) shippingEstimate @skip(if: $no) }
    }`;

    expect(await ask(query, { yes: isWanted, no: !isWanted })).toEqual({
      data: { book: { title: 'Emma', ...(isWanted && { stars: 2.5, shippingEstimate: 0 }) } },
    });
    expect(fetches()).toEqual(isWanted ? { catalog: 1, ratings: 1, shipping: 1 } : { catalog: 1 });
  });

  it('with what goes wrong in it kept from callers', async () => {
    expect(await ask('{ broken book(id: "b1") { title } }')).toEqual({
      data: { broken: null, book: { title: 'Emma' } },
      errors: [
        {
          message: 'The subgraph "catalog" failed',
          path: ['broken'],
          extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', service: 'catalog', reference: expect.any(String) },
        },
      ],
    });
  });
});

describe('a supergraph that cannot be served', () => {
  it.each([
    ['is missing', undefined, /cannot read the supergraph: ENOENT/],
    ['is not GraphQL', 'enum {', /broken\.graphql:1:6 is not GraphQL/],
    ['is a plain schema', 'type Query { a: Int }', /is not a Federation 2 supergraph/],
    [
      'is only half of one',
      'enum join__Graph { A @join__graph(name: "a", url: "http://a.test") }',
      /cannot serve .*broken\.graphql/,
    ],
  ])('because it %s ends the command with 1 and one line that says so', async (_case, sdl, message) => {
    const file = join(folder, 'broken.graphql');
    if (sdl !== undefined) await writeFile(file, sdl);

    const failure = await startGatewayProcess(['--supergraph', file, '--port', '0']).catch((error: Error) => error);

    expect(failure).toHaveProperty('message', expect.stringMatching(/^the gateway ended with 1\n/));
    expect(failure).toHaveProperty('message', expect.stringMatching(message));
    expect(failure).toHaveProperty('message', expect.not.stringContaining('node_modules'));
  });

  it('is not even looked for when the command is used wrongly', async () => {
    const failure = await startGatewayProcess(['--port', 'x']).catch((error: Error) => error);

    expect(failure).toHaveProperty('message', expect.stringMatching(/^the gateway ended with 2\n/));
    expect(failure).toHaveProperty('message', expect.stringContaining('PORT: expected a whole number'));
  });
});

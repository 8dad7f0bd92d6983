import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { composeSupergraph } from './composition/compose-supergraph.ts';

const COMMAND = resolve(import.meta.dirname, 'schema-explain-command.ts');
const FEDERATION = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@key", "@listSize"])`;
const SCHEMAS = {
  books: `${FEDERATION}
    type Query { books(first: Int = 10): [Book] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false) }
    type Book @key(fields: "id") { id: ID! title: String }`,
  reviews: `${FEDERATION}
    type Book @key(fields: "id") { id: ID! best: Review @authenticated }
    type Review { stars: Int }`,
};
const BOOKS =
  'query Books($first: Int, $withBest: Boolean = true) { books(first: $first) { title best @include(if: $withBest) { stars } } }';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-schema-explain-'));
  const subgraphs = Object.entries(SCHEMAS).map(async ([name, schema]) => {
    const schemaFile = join(folder, `${name}.graphql`);
    await writeFile(schemaFile, schema);
    return { name, urls: [`http://${name}.test`], schemaFile };
  });
  const outcome = await composeSupergraph(await Promise.all(subgraphs));
  await writeFile(join(folder, 'supergraph.graphql'), outcome.isComposed ? outcome.supergraphSdl : '');
  await writeFile(join(folder, 'books.query.graphql'), BOOKS);
});
afterAll(() => rm(folder, { recursive: true }));

async function explain(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [COMMAND, '--schema', 'supergraph.graphql', ...args], { cwd: folder });
  const exit = new Promise<number | null>((done) => child.once('close', done));
  child.stdin.end(input);
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, exitCode };
}

describe('the schema:explain command', () => {
  it('prints the plan of a file as a tree, with what each subgraph costs for these variables', async () => {
    const { stdout, exitCode } = await explain(['books.query.graphql', '--variables', '{"first":3}']);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`query Books
cost     6  (books 3, reviews 3)
fetches  2 in 2 steps

one after the other
├─ books: query  [cost 3]
│    query Books__books__0($first: Int) {
│      books(first: $first) {
│        __typename
│        id
│        title
│      }
│    }
└─ if $withBest
   └─ reviews: Book(id) at books.@  [cost 3]
        ... on Book {
          best {
            stars
          }
        }
`);
  });

  it('prints the same for programs, of a text', async () => {
    const { stdout, exitCode } = await explain(['{ books { title } }', '--json']);
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        title: 'query',
        cost: { estimated: 10, bySubgraph: { books: 10 } },
        plan: { kind: 'Fetch', subgraph: 'books' },
      },
    ]);
  });

  it.each([
    ['what the schema does not have, and where', [], '{ books { titel } }', /Cannot query field "titel".*1:11/s],
    ['what is not GraphQL', [], '{ books', /Syntax Error/],
    [
      'which of several operations is meant',
      [],
      'query A { __typename } query B { __typename }',
      /name one of the operations/,
    ],
    ['a file that is not there', ['nothing.graphql'], '', /nothing\.graphql/],
    ['variables that are no object', ['--variables', '[]'], '{ books { title } }', /--variables/],
  ])('fails and says %s', async (_, args, input, message) => {
    expect(await explain(args, input)).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('exits with 2 when it is used wrongly', async () => {
    expect(await explain(['--nope'])).toMatchObject({ exitCode: 2 });
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { composeSupergraph } from './compose-supergraph.ts';
import { formatFinding } from './finding.ts';

const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-compose-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function subgraph(name: string, schema: string) {
  const schemaFile = join(folder, `${name}.graphql`);
  await writeFile(schemaFile, schema);
  return { name, urls: [`http://${name}.test/graphql`, `http://${name}-2.test/graphql`], schemaFile };
}

async function errorsOf(...subgraphs: Awaited<ReturnType<typeof subgraph>>[]) {
  const outcome = await composeSupergraph(subgraphs);
  if (outcome.isComposed) throw new Error('composition was expected to fail');
  return outcome.errors;
}

describe('composing', () => {
  it('makes one supergraph that knows every URL of a subgraph', async () => {
    const outcome = await composeSupergraph([
      await subgraph('books', `${FEDERATION}\ntype Query { book: Book }\ntype Book @key(fields: "id") { id: ID! }`),
    ]);

    expect(outcome).toMatchObject({ isComposed: true, hints: [] });
    expect(outcome.isComposed && outcome.supergraphSdl).toContain(
      'BOOKS @join__graph(name: "books", url: "http://books.test/graphql,http://books-2.test/graphql")',
    );
  });

  it('reports a syntax error at its line and column', async () => {
    const broken = await subgraph('books', `${FEDERATION}\ntype Query {\n  book(: Book\n}\n`);

    const [error] = await errorsOf(broken);

    expect(error && formatFinding(error, 'supergraph.yaml')).toBe(
      [
        `${relative(process.cwd(), broken.schemaFile)}:3:8  INVALID_GRAPHQL  Syntax Error: Expected Name, found ":".`,
        '    2 | type Query {',
        '  > 3 |   book(: Book',
        '      |        ^',
        '    4 | }',
      ].join('\n'),
    );
  });

  it('reports a conflict between two subgraphs at both places', async () => {
    const shareable = FEDERATION.replace('"@key"', '"@key", "@shareable"');
    const books = await subgraph(
      'books',
      `${shareable}\ntype Query { book: Book }\ntype Book @key(fields: "id") {\n  id: ID!\n  pages: Int @shareable\n}`,
    );
    const reviews = await subgraph(
      'reviews',
      `${shareable}\ntype Book @key(fields: "id") {\n  id: ID!\n\n  pages: String @shareable\n}`,
    );

    const [error] = await errorsOf(books, reviews);

    expect(error?.code).toBe('FIELD_TYPE_MISMATCH');
    expect(error?.locations.map(({ file, line, column }) => [file, line, column])).toEqual([
      [relative(process.cwd(), books.schemaFile), 5, 3],
      [relative(process.cwd(), reviews.schemaFile), 5, 3],
    ]);
  });

  it('reports every schema that cannot be read, by subgraph', async () => {
    const errors = await errorsOf(
      { name: 'lost', urls: ['http://lost.test'], schemaFile: join(folder, 'lost.graphql') },
      await subgraph('broken', 'type {'),
    );

    expect(errors.map(({ code }) => code)).toEqual(['SCHEMA_UNREADABLE', 'INVALID_GRAPHQL']);
    expect(errors[0]?.message).toMatch(/^\[lost\] ENOENT/);
  });

  it('hints at what is allowed and probably not meant, with its place', async () => {
    const outcome = await composeSupergraph([
      await subgraph(
        'books',
        `${FEDERATION}\ntype Query { book: Book }\n"A book."\ntype Book @key(fields: "id") { id: ID! }`,
      ),
      await subgraph(
        'reviews',
        `${FEDERATION}\n"Something to review."\ntype Book @key(fields: "id") { id: ID! stars: Int }`,
      ),
    ]);

    expect(outcome).toMatchObject({ isComposed: true, hints: [{ code: 'INCONSISTENT_DESCRIPTION' }] });
    expect(outcome.isComposed && outcome.hints[0]?.locations[0]?.line).toBeGreaterThan(1);
  });
});

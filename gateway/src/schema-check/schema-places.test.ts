import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readSchemaPlaces } from './schema-places.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-places-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('finds types, members and arguments, and for what is gone what was around it', async () => {
  const schemaFile = join(folder, 'schema.graphql');
  await writeFile(
    schemaFile,
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
"A book."
type Book {
  title(
    language: String
  ): String
}
enum Format {
  PAPER
}
input Filter { text: String }
`,
  );
  const placeOf = await readSchemaPlaces([{ name: 'books', urls: [], schemaFile }]);
  const file = relative(process.cwd(), schemaFile);
  const lineOf = (coordinate: string) => placeOf(coordinate)?.line;
  expect(placeOf('Book')).toEqual({ file, line: 3 });
  expect(['Book.title', 'Book.title(language:)', 'Format.PAPER', 'Filter.text'].map(lineOf)).toEqual([4, 5, 9, 11]);
  expect(['Book.gone', 'Book.title(gone:)', 'Gone'].map(lineOf)).toEqual([3, 4, undefined]);
});

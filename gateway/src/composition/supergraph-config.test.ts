import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readSupergraphConfig, SupergraphConfigError } from './supergraph-config.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const file = join(folder, 'supergraph.yaml');
  await writeFile(file, text);
  return readSupergraphConfig(file);
}

describe('the list of subgraphs', () => {
  it('resolves schema paths against its own folder', async () => {
    const text =
      'subgraphs:\n  books:\n    urls: [http://a.test/graphql, https://b.test]\n    schema: ../books.graphql\n';

    expect(await read(text)).toEqual([
      {
        name: 'books',
        urls: ['http://a.test/graphql', 'https://b.test'],
        schemaFile: join(folder, '../books.graphql'),
      },
    ]);
  });

  it.each([
    ['text that is not YAML', 'subgraphs:\n  books: [\n', 'CONFIG_NOT_YAML', 3, 1],
    ['an empty file', '', 'CONFIG_INVALID', 1, 1],
    ['no subgraph at all', 'subgraphs: {}\n', 'CONFIG_INVALID', 1, 12],
    ['a missing schema', 'subgraphs:\n  books:\n    urls: [http://a.test]\n', 'CONFIG_INVALID', 3, 5],
    [
      'a URL of another kind',
      'subgraphs:\n  books:\n    urls: [ftp://a.test]\n    schema: b\n',
      'CONFIG_INVALID',
      3,
      12,
    ],
    ['an unknown key', 'subgraphs:\n  books:\n    url: http://a.test\n', 'CONFIG_INVALID', 3, 5],
    [
      'a name that is not one',
      'subgraphs:\n  "1 book":\n    urls: [http://a.test]\n    schema: b\n',
      'CONFIG_INVALID',
      3,
      5,
    ],
  ])('names the line of %s', async (_case, text, code, line, column) => {
    const error = await read(text).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(SupergraphConfigError);
    const [finding] = error instanceof SupergraphConfigError ? error.findings : [];
    expect([finding?.code, finding?.locations[0]?.line, finding?.locations[0]?.column]).toEqual([code, line, column]);
  });

  it('says which file is missing', async () => {
    await expect(readSupergraphConfig(join(folder, 'nowhere.yaml'))).rejects.toThrow(/nowhere\.yaml/);
  });
});

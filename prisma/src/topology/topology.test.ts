import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabasesConfigError } from '../errors/databases-config-error.ts';
import { readDatabasesFile } from './topology.ts';

describe('the databases file', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'databases-file-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function read(content: string) {
    const path = join(directory, 'databases.json');
    await writeFile(path, content);
    return readDatabasesFile(path);
  }

  it('says where the primaries and the replicas are', async () => {
    const config = await read(
      JSON.stringify({
        catalog: { primary: 'postgres://a@127.0.0.1:5001/catalog', replicas: ['postgres://a@127.0.0.1:5002/catalog'] },
        shards: { shard_0: { primary: 'postgresql://a@127.0.0.1:5001/shard_0' } },
      }),
    );
    expect(config).toEqual({
      catalog: { primary: 'postgres://a@127.0.0.1:5001/catalog', replicas: ['postgres://a@127.0.0.1:5002/catalog'] },
      shards: { shard_0: { primary: 'postgresql://a@127.0.0.1:5001/shard_0', replicas: [] } },
    });
  });

  it('reports all its problems together', async () => {
    const reading = read(
      JSON.stringify({
        catalog: { primary: 'mysql://a@127.0.0.1/catalog' },
        shards: { 'Shard 0': { primary: 'postgres://a@h/s' }, shard_1: { primary: 'postgres://a@h/t', replica: [] } },
      }),
    );
    await expect(reading).rejects.toThrow(DatabasesConfigError);
    await expect(reading).rejects.toMatchObject({ exitCode: 2 });
    await expect(reading).rejects.toThrow(
      /catalog\.primary[\s\S]*Shard 0[\s\S]*shard_1|shard_1[\s\S]*catalog\.primary/,
    );
  });

  it('may not give one database two names, or call a shard catalog', async () => {
    const database = { primary: 'postgres://a@127.0.0.1:5001/same' };
    const other = { primary: 'postgres://b@127.0.0.1:5001/other' };
    await expect(read(JSON.stringify({ catalog: database, shards: { shard_0: database } }))).rejects.toThrow(
      /is the same database as catalog/,
    );
    await expect(read(JSON.stringify({ catalog: database, shards: { catalog: other } }))).rejects.toThrow(
      /is the name of the catalog database/,
    );
  });

  it.each(['', '{', 'null', '{"catalog":{"primary":"postgres://h/c"},"shards":{}}'])(
    'is refused, with its path, when it contains %p',
    async (content) => {
      await expect(read(content)).rejects.toThrow(/databases\.json/);
    },
  );

  it('is asked for by name when it is missing', async () => {
    await expect(readDatabasesFile(join(directory, 'none.json'))).rejects.toThrow(/none\.json.*ENOENT/);
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { readDatabasesFile } from '../topology/topology.ts';
import { runCommand } from './run-command.ts';

describe('a command that fails', () => {
  let said: string[];
  let argv: string[];
  beforeEach(() => {
    said = [];
    argv = process.argv;
    process.argv = ['node', 'command'];
    jest.spyOn(console, 'error').mockImplementation((line) => void said.push(String(line)));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.argv = argv;
    process.exitCode = undefined;
  });

  it('says what to do about a databases file that is missing', async () => {
    await runCommand(new Command().action(async () => void (await readDatabasesFile('/nowhere/databases.json'))));
    expect(said[0]).toContain('/nowhere/databases.json');
    expect(said[1]).toMatch(/npm start.*--databases or TRIBUTARY_DATABASES_FILE/);
    expect(process.exitCode).toBe(1);
  });

  it('says its message alone otherwise', async () => {
    await runCommand(
      new Command().action(() => {
        throw new Error('the shard is on fire');
      }),
    );
    expect(said).toEqual(['the shard is on fire']);
    expect(process.exitCode).toBe(1);
  });
});

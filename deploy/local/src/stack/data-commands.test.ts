import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkoutDirectory } from './checkout.ts';
import { dataCommands } from './data-commands.ts';

const inCheckout = join(checkoutDirectory, '.tributary');

describe('dataCommands', () => {
  it('names no folder where the commands find it by themselves', () => {
    expect(dataCommands(inCheckout, inCheckout)).toEqual({
      reset: 'npm run reset',
      shards: 'npm run shards -- status',
    });
  });

  it('names the folder of --data', () => {
    expect(dataCommands('/some/folder', inCheckout)).toEqual({
      reset: 'npm run reset -- --data /some/folder',
      shards: 'TRIBUTARY_DATABASES_FILE=/some/folder/databases.json npm run shards -- status',
    });
  });

  it('names the file to the shards command alone when the usual folder is not in the checkout', () => {
    expect(dataCommands('/var/lib/tributary/0f', '/var/lib/tributary/0f')).toEqual({
      reset: 'npm run reset',
      shards: 'TRIBUTARY_DATABASES_FILE=/var/lib/tributary/0f/databases.json npm run shards -- status',
    });
  });

  it('quotes a folder for the shell', () => {
    expect(dataCommands("/it's here", inCheckout).reset).toBe("npm run reset -- --data '/it'\\''s here'");
  });
});

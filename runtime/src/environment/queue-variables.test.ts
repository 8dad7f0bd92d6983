import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseEnvironment } from './parse-environment.ts';
import { queueUrl, queueVariables } from './queue-variables.ts';

const urlOf = (env: Record<string, string>) => queueUrl(parseEnvironment(z.object(queueVariables), env));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-queue-variables-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('the variables of the queue', () => {
  it('name no broker unless told otherwise', () => {
    expect(urlOf({})).toBeUndefined();
    expect(urlOf({ TRIBUTARY_QUEUE_URL: '' })).toBeUndefined();
  });

  it.each(['amqp://h', 'amqps://user@h1:5671,h2:5671/shop'])('take %s', (url) => {
    expect(urlOf({ TRIBUTARY_QUEUE_URL: url })).toBe(url);
  });

  it('read the URL from a file', async () => {
    const file = join(directory, 'url');
    await writeFile(file, 'amqp://h:1\n');
    expect(urlOf({ TRIBUTARY_QUEUE_URL_FILE: file })).toBe('amqp://h:1');
  });

  it.each(['kafka://user:hunter2@h', 'amqp://user:hunter2@', 'hunter2'])('refuse %s without repeating it', (url) => {
    expect(() => urlOf({ TRIBUTARY_QUEUE_URL: url })).toThrow('TRIBUTARY_QUEUE_URL');
    expect(() => urlOf({ TRIBUTARY_QUEUE_URL: url })).not.toThrow('hunter2');
  });

  it('refuse a URL that is given twice, and a file that is not there', () => {
    const file = join(directory, 'missing');
    expect(() => urlOf({ TRIBUTARY_QUEUE_URL: 'amqp://h', TRIBUTARY_QUEUE_URL_FILE: file })).toThrow('only one');
    expect(() => urlOf({ TRIBUTARY_QUEUE_URL_FILE: file })).toThrow('TRIBUTARY_QUEUE_URL_FILE');
  });
});

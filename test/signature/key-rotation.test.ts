import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { gatewayKey } from '@tributary/runtime/signature/gateway-key';
import { eventually } from '../kit/eventually.ts';
import { type NotesGraph, startNotesGraph } from './notes-graph.ts';

const [old, next] = ['the old key of gateway and subgraph', 'the next key of gateway and subgraph'] as const;
const connections = 20;

let scope: Scope;
let folder: string;
beforeEach(async () => {
  scope = new Scope();
  folder = scope.own(await mkdtemp(join(tmpdir(), 'tributary-rotation-')), (path) => rm(path, { recursive: true }));
});
afterEach(() => scope.release());

/** Writes a file beside the old one and moves it into place, as secrets are mounted. */
async function writeKeys(name: string, ...keys: string[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(`${file}.new`, keys.join('\n'));
  await rename(`${file}.new`, file);
  return file;
}

async function startGraph(gatewayFile: string, subgraphFile: string): Promise<NotesGraph> {
  const keys = { gateway: { file: gatewayFile }, subgraph: { file: subgraphFile } };
  return scope.own(await startNotesGraph(keys));
}

/** Asks all the time until it is told to end, and then says what was not answered right. */
function keepAsking(graph: NotesGraph) {
  const wrong: unknown[] = [];
  let asked = 0;
  let hasEnded = false;
  async function ask(): Promise<void> {
    while (!hasEnded) {
      asked += 1;
      const text = `note ${asked}`;
      const { data, errors } = await graph.ask(`{ note(text: "${text}") }`);
      if (data?.['note'] !== text) wrong.push(errors);
    }
  }
  const all = Promise.all(Array.from({ length: connections }, ask));
  return {
    async end() {
      hasEnded = true;
      await all;
      return wrong;
    },
  };
}

/** The id of the key that signed the last request. */
const signedBy = (graph: NotesGraph) => graph.proxy.requests.at(-1)?.headers['x-tributary-signature']?.split('.')[0];

const untilSignedWith = (graph: NotesGraph, key: string) =>
  eventually(
    async () => signedBy(graph),
    (id) => id === gatewayKey(key).id,
  );

async function untilMoreAreAnswered(graph: NotesGraph): Promise<void> {
  const before = graph.proxy.requests.length;
  await eventually(
    async () => graph.proxy.requests.length,
    (count) => count > before + 3 * connections,
  );
}

describe('under load, without a restart,', () => {
  it('a key is exchanged step by step and no request is lost', async () => {
    const gatewayFile = await writeKeys('gateway', old);
    const subgraphFile = await writeKeys('subgraph', old);
    const graph = await startGraph(gatewayFile, subgraphFile);
    const load = keepAsking(graph);
    await untilSignedWith(graph, old);

    await writeKeys('subgraph', old, next);
    await writeKeys('gateway', next, old);
    await untilSignedWith(graph, next);
    await untilMoreAreAnswered(graph);
    await writeKeys('subgraph', next);
    await eventually(
      async () => graph.log.filter((line) => line.includes('gateway keys were exchanged')).length,
      (exchanges) => exchanges >= 3,
    );
    await untilMoreAreAnswered(graph);

    expect(await load.end()).toEqual([]);
    expect(Object.values(graph.refusals)).toEqual([0, 0, 0, 0]);
  }, 60_000);

  it('a gateway may sign with a new key before a subgraph has looked for it', async () => {
    const gatewayFile = await writeKeys('gateway', old);
    const subgraphFile = await writeKeys('subgraph', old);
    const graph = await startGraph(gatewayFile, subgraphFile);
    const load = keepAsking(graph);
    await untilSignedWith(graph, old);

    await Promise.all([writeKeys('subgraph', next, old), writeKeys('gateway', next, old)]);
    await untilSignedWith(graph, next);
    await untilMoreAreAnswered(graph);

    expect(await load.end()).toEqual([]);
    expect(Object.values(graph.refusals)).toEqual([0, 0, 0, 0]);
  }, 60_000);

  it('a key that was taken away counts no more', async () => {
    const gatewayFile = await writeKeys('gateway', old);
    const subgraphFile = await writeKeys('subgraph', old);
    const graph = await startGraph(gatewayFile, subgraphFile);
    expect(await graph.ask('{ note(text: "a") }')).toEqual({ data: { note: 'a' } });

    await writeKeys('subgraph', next);

    await eventually(
      () => graph.ask('{ note(text: "a") }'),
      ({ errors }) => errors?.[0]?.extensions.code === 'GATEWAY_SIGNATURE_INVALID',
    );
  }, 60_000);
});

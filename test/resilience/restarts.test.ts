import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { eventually } from '../kit/eventually.ts';
import { type BalancedClient, createBalancedClient } from './balanced-client.ts';
import { type ConstantLoad, startConstantLoad } from './constant-load.ts';
import { type NotesProcesses, startNotesProcesses } from './notes-processes.ts';

const CLIENTS = 12;

const scope = new Scope();
let notes: NotesProcesses;
let client: BalancedClient;

beforeAll(async () => {
  notes = await startNotesProcesses(scope);
  client = scope.own(createBalancedClient(notes.urls));
}, 60_000);
afterAll(() => scope.release(), 60_000);

const query = (index: number) => client.post({ query: `{ note(text: "${index % 50}") }` });
const mutation = (index: number) => client.post({ query: `mutation { write(text: "${index % 50}") }` });
/** Of a field that takes a key. */
const mutationWithKey = (index: number) =>
  client.post(
    { query: `mutation { writeOnce(input: { text: "${index % 50}" }) }` },
    { 'idempotency-key': randomUUID() },
  );

/** Waits until so many more requests were answered. */
async function more(load: ConstantLoad, count: number): Promise<void> {
  const before = load.answered();
  await eventually(
    async () => load.answered(),
    (answered) => answered >= before + count,
  );
}

describe('requests that are sent all the time', () => {
  it('all succeed, mutations too, while every process is restarted, one after the other', async () => {
    const load = startConstantLoad(CLIENTS, (index) => (index % 4 === 0 ? mutation(index) : query(index)));
    await more(load, 200);
    const pidsBefore = [...notes.instances, ...notes.gateways].map(({ pid }) => pid);
    for (const service of [...notes.instances, ...notes.gateways]) {
      await service.restart();
      await more(load, 100);
    }
    const { answered, failures } = await load.stop();

    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(600);
    const pids = [...notes.instances, ...notes.gateways].map(({ pid }) => pid);
    expect(new Set([...pids, ...pidsBefore]).size).toBe(8);
  }, 90_000);

  it('all succeed while one of two instances of a subgraph is killed, and comes back: queries, and mutations with a key', async () => {
    const load = startConstantLoad(CLIENTS, (index) => (index % 4 === 0 ? mutationWithKey(index) : query(index)));
    await more(load, 1_000);
    await notes.instances[0]?.kill();
    await more(load, 500);
    await notes.instances[0]?.restart();
    await more(load, 500);
    const { failures } = await load.stop();

    expect(failures).toEqual([]);
  }, 60_000);
});

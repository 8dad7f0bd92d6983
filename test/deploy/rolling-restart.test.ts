import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { eventually } from '../kit/eventually.ts';
import { SYSTEM_PROGRAM_LIMIT_MS } from '../kit/system-program.ts';
import type { Answer } from '../resilience/balanced-client.ts';
import { type ConstantLoad, startConstantLoad } from '../resilience/constant-load.ts';
import { type NotesProcesses, startNotesProcesses } from '../resilience/notes-processes.ts';
import { committedEnvironment } from './compose-file.ts';
import { type NginxServer, startNginx } from './nginx-server.ts';

const CLIENTS = 12;

const scope = new Scope();
const agent = scope.own(new Agent({ keepAlive: true }), (owned) => owned.destroy(), 'agent');
let notes: NotesProcesses;
let nginx: NginxServer;

beforeAll(async () => {
  const { TRIBUTARY_STOP_NOTICE_MS = '' } = await committedEnvironment('gateway-1');
  notes = await startNotesProcesses(scope, { TRIBUTARY_STOP_NOTICE_MS });
  nginx = scope.own(await startNginx({ gateways: notes.urls, requestsPerSecond: 100_000 }));
}, SYSTEM_PROGRAM_LIMIT_MS);
afterAll(() => scope.release(), 60_000);

/** Sends one request, and takes no second try. */
function send(method: 'GET' | 'POST', query: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const isGet = method === 'GET';
  const path = `/graphql${isGet ? `?query=${encodeURIComponent(query)}` : ''}`;
  const headers = isGet ? { 'apollo-require-preflight': '1' } : { 'content-type': 'application/json' };
  request(`${nginx.url}${path}`, { agent, method, headers }, (response) => {
    const { statusCode } = response;
    json(response).then(
      (answer) => (statusCode === 200 ? resolve(answer as Answer) : reject(new Error(`HTTP ${statusCode}`))),
      reject,
    );
  })
    .on('error', reject)
    .end(isGet ? undefined : JSON.stringify({ query }));
  return promise;
}

/** Half of them change something. */
function ask(index: number): Promise<Answer> {
  const text = JSON.stringify(`${index % 50}`);
  if (index % 2 === 0) return send('POST', `mutation { write(text: ${text}) }`);
  return send(index % 4 === 1 ? 'GET' : 'POST', `{ note(text: ${text}) }`);
}

async function more(load: ConstantLoad, count: number): Promise<void> {
  const before = load.answered();
  await eventually(
    async () => load.answered(),
    (answered) => answered >= before + count,
  );
}

/** How many requests this gateway alone has answered. */
async function answeredBy(url: string): Promise<number> {
  const log = await nginx.log();
  return log.filter(({ upstream, status }) => upstream === new URL(url).host && status === 200).length;
}

describe('two gateways behind nginx', () => {
  it('are both restarted by SIGTERM, one after the other, and no query and no mutation fails', async () => {
    const load = startConstantLoad(CLIENTS, ask);
    await more(load, 200);
    for (const [index, gateway] of notes.gateways.entries()) {
      const url = notes.urls[index] ?? '';
      const { pid } = gateway;
      await gateway.restart();
      const before = await answeredBy(url);
      // The next one is not stopped before nginx has this one back, as `minReadySeconds` has it in Kubernetes.
      await eventually(
        () => answeredBy(url),
        (answered) => answered > before + 20,
        { limitMs: 20_000 },
      );
      expect(gateway.pid).not.toBe(pid);
    }
    const { answered, failures } = await load.stop();

    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(1_000);
  }, 90_000);

  it('go on as queries when one of them is killed, which nginx then leaves alone', async () => {
    const [killed] = notes.gateways;
    const load = startConstantLoad(CLIENTS, (index) => send('GET', `{ note(text: "${index % 50}") }`));
    await more(load, 200);
    await killed?.kill();
    await more(load, 400);
    const { failures } = await load.stop();

    expect(failures).toEqual([]);
  }, 30_000);
});

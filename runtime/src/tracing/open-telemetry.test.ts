import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseEnvironment } from '../environment/parse-environment.ts';
import { listen } from '../http/listen.ts';
import { startOpenTelemetry } from './open-telemetry.ts';
import type { RequestTrace, Tracing } from './trace-span.ts';
import { tracingSettings, tracingVariables } from './tracing-variables.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SAMPLED = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const UNSAMPLED = `00-${TRACE_ID}-b7ad6b7169203331-00`;

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let server: Server;
let url: string;
let received: Received[];
let errors: Error[];
beforeEach(async () => {
  received = [];
  errors = [];
  server = createServer(async (request, response) => {
    received.push({ path: request.url, headers: request.headers, body: await buffer(request) });
    response.writeHead(received.at(-1)?.path === '/refusing/v1/traces' ? 400 : 200).end('{}');
  });
  url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function start(variables: Record<string, string>, { trustsCallers = true } = {}): Promise<Tracing> {
  const environment = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: url, ...variables };
  const settings = tracingSettings(parseEnvironment(z.object(tracingVariables), environment));
  if (!settings) throw new Error('nothing is traced');
  const onError = (error: Error): void => void errors.push(error);
  return startOpenTelemetry({ service: 'orders', settings, trustsCallers, onError });
}

/** Begins and ends a span with one within it. */
function record(tracing: Tracing, traceparent?: string, inside?: (trace: RequestTrace) => void): RequestTrace {
  const trace = tracing.begin('outer', traceparent, { kind: 'server', attributes: { a: 1, b: undefined } });
  inside?.(trace);
  trace.span?.child('inner').end();
  trace.span?.end();
  return trace;
}

/** Names of the spans that were sent as JSON, after the end of tracing. */
async function namesSentBy(tracing: Tracing): Promise<string[]> {
  await tracing.stop();
  return received.flatMap(({ body }) =>
    Array.from(body.toString().matchAll(/"name":"(outer|inner)"/g), ([, name = '']) => name),
  );
}

describe('spans are sent', () => {
  it('as protobuf to the endpoint with /v1/traces and the headers that are named, with the trace that was begun elsewhere', async () => {
    const tracing = await start({ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2Cb', OTEL_RESOURCE_ATTRIBUTES: 'zone=north' });
    record(tracing, SAMPLED);
    await tracing.stop();

    expect(received).toHaveLength(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: Buffer.alloc(0) }] = received;
    expect([path, headers['content-type'], headers['x-key']]).toEqual(['/v1/traces', 'application/x-protobuf', 'a,b']);
    expect(body.includes(Buffer.from(TRACE_ID, 'hex'))).toBe(true);
    expect(['outer', 'inner', 'orders', 'tributary', 'north'].filter((text) => !body.includes(text))).toEqual([]);
  });

  it('as JSON, under the name that the service is given', async () => {
    const tracing = await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_SERVICE_NAME: 'shop-orders' });
    record(tracing);
    expect(await namesSentBy(tracing)).toEqual(['inner', 'outer']);
    expect(received[0]?.body.toString()).toContain('{"key":"service.name","value":{"stringValue":"shop-orders"}}');
  });

  it('to Zipkin', async () => {
    const tracing = await start({
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${url}/api/v2/spans`,
    });
    record(tracing, SAMPLED);
    await tracing.stop();
    const spans: unknown = JSON.parse(received[0]?.body.toString() ?? '');

    expect(received[0]?.path).toBe('/api/v2/spans');
    expect(spans).toMatchObject([
      { traceId: TRACE_ID, name: 'inner', localEndpoint: { serviceName: 'orders' } },
      { traceId: TRACE_ID, name: 'outer', kind: 'SERVER', parentId: 'b7ad6b7169203331' },
    ]);
  });

  it('with names that are cut where clients make them long', async () => {
    const tracing = await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    tracing.begin(`query ${'x'.repeat(100_000)}`, undefined).span?.end();
    await tracing.stop();
    expect(received[0]?.body.length).toBeLessThan(2_000);
  });

  it('and those that are refused are told of', async () => {
    const tracing = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/refusing` });
    record(tracing);
    await tracing.stop();
    expect(errors.map(({ message }) => message)).toEqual(['spans could not be sent, and are lost']);
  });

  it('but those of a burst that the queue does not hold, and each of them is told of', async () => {
    const tracing = await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_BSP_MAX_QUEUE_SIZE: '600' });
    const burst = 2_000;
    for (let span = 0; span < burst; span += 1) tracing.begin('outer', undefined).span?.end();
    const sent = await namesSentBy(tracing);
    expect(sent.length).toBeGreaterThanOrEqual(600);
    expect(errors).toHaveLength(burst - sent.length);
    expect(errors[0]?.message).toContain('OTEL_BSP_MAX_QUEUE_SIZE');
  });
});

describe('which traces are recorded', () => {
  const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  const none = { ...json, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };

  it('is what the caller has decided, where callers are trusted', async () => {
    const tracing = await start(none);
    expect(record(tracing, UNSAMPLED)).toEqual({
      span: undefined,
      traceparent: expect.stringMatching(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`),
    });
    expect(record(tracing, SAMPLED).traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`));
    expect(await namesSentBy(tracing)).toEqual(['inner', 'outer']);
  });

  it('has what tracing systems on the way know of it, recorded or not, unless that is too much', async () => {
    const STATE = 'vendor=t61rcWkgMzE,other=1';
    const [recorded, unrecorded] = [await start(json), await start(none)];
    const stateOf = (tracing: Tracing, parent: string | undefined, tracestate: string) =>
      tracing.begin('outer', parent, { tracestate }).tracestate;
    expect(stateOf(recorded, SAMPLED, STATE)).toBe(STATE);
    expect(recorded.begin('outer', SAMPLED, { tracestate: STATE }).span?.child('inner').tracestate).toBe(STATE);
    expect(stateOf(unrecorded, UNSAMPLED, STATE)).toBe(STATE);
    // What is said of a trace that nobody has begun is said of none.
    expect(stateOf(recorded, undefined, STATE)).toBeUndefined();
    expect(stateOf(recorded, SAMPLED, `vendor=${'a'.repeat(600)}`)).toBeUndefined();
    await Promise.all([recorded.stop(), unrecorded.stop()]);
  });

  it('is not for callers to decide where anybody may call', async () => {
    const [never, always] = [await start(none, { trustsCallers: false }), await start(json, { trustsCallers: false })];
    expect(record(never, SAMPLED).traceparent).toMatch(/-00$/);
    expect(record(always, UNSAMPLED).traceparent).toMatch(/-01$/);
    await never.stop();
    expect(await namesSentBy(always)).toEqual(['inner', 'outer']);
  });

  it('is a share of them, whichever ids those have who may not decide', async () => {
    const ratio = { ...json, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' };
    const tracing = await start(ratio, { trustsCallers: false });
    // The least of all: any share of the ids has it.
    const chosen = `00-${'00000001'.repeat(4)}-b7ad6b7169203331-01`;
    const sampled = Array.from({ length: 1_000 }, () => tracing.begin('outer', chosen)).filter(({ span }) => span);
    expect(sampled.length).toBeLessThan(100);
    await tracing.stop();
  });

  it('is a share of their ids, the same in every process', async () => {
    const ratio = { ...json, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' };
    const [one, other] = [await start(ratio), await start(ratio)];
    const ids = Array.from({ length: 200 }, (_, index) =>
      ((index + 1) * 21_000_001)
        .toString(16)
        .padStart(8, '0')
        .repeat(4)
        .replace(/^./, String(index % 10)),
    );
    const flags = (tracing: Tracing) =>
      ids.map((id) => record(tracing, `00-${id}-b7ad6b7169203331-00`).traceparent.at(-1));
    const decided = flags(one);

    expect(flags(other)).toEqual(decided);
    expect(new Set(decided)).toEqual(new Set(['0', '1']));
    await Promise.all([one.stop(), other.stop()]);
  });

  it('begins anew for what is no trace', async () => {
    const tracing = await start(json);
    for (const wrong of ['', 'x', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `${SAMPLED}-more`]) {
      expect(record(tracing, wrong).traceparent).not.toContain(TRACE_ID);
    }
    await tracing.stop();
  });
});

describe('what is not sampled', () => {
  const kept = (slowerMs: string) => ({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_TRACES_SAMPLER: 'always_off',
    TRIBUTARY_TRACE_KEEP_SLOWER_MS: slowerMs,
  });

  it('is sent at its end when something of it failed, with all that belongs to it', async () => {
    const tracing = await start(kept('60000'));
    record(tracing);
    record(tracing, UNSAMPLED, ({ span }) => {
      const failing = span?.child('inner');
      failing?.fail('out of order');
      failing?.end();
    });
    expect(await namesSentBy(tracing)).toEqual(['inner', 'inner', 'outer']);
  });

  it('is sent when it was slow', async () => {
    const tracing = await start(kept('5000'));
    const [quick, slow] = [tracing.begin('inner', undefined), tracing.begin('outer', undefined)];
    quick.span?.end();
    slow.span?.end(Date.now() + 6_000);
    expect(await namesSentBy(tracing)).toEqual(['outer']);
  });

  it('is told to others as not sampled, so that they decide for themselves', async () => {
    const tracing = await start(kept('5000'));
    const { traceparent, span } = record(tracing);
    expect([traceparent.at(-1), span === undefined]).toEqual(['0', false]);
    await tracing.stop();
  });
});

import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from '@tributary/runtime/http/listen';
import { z } from 'zod';
import { eventually } from '../kit/eventually.ts';

/** A span as it was received. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  /** What tracing systems on the way know of the trace; empty where nobody said anything. */
  readonly traceState: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly hasFailed: boolean;
  /** Traces that it is linked to. */
  readonly links: readonly string[];
}

/** What a collector is, as far as a test needs one: an address for OTLP, and all that was sent there. */
export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  /** Received as JSON. */
  readonly spans: ReceivedSpan[];
  /** Received as protobuf. */
  readonly messages: Buffer[];
  /** The spans of a trace once they fit. */
  spansOf(traceId: string, fits: (spans: readonly ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]>;
  stop(): Promise<void>;
}

const attribute = z.object({
  key: z.string(),
  value: z.object({
    stringValue: z.string().optional(),
    intValue: z.union([z.number(), z.string()]).optional(),
    doubleValue: z.number().optional(),
    boolValue: z.boolean().optional(),
  }),
});
const span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  traceState: z.string().default(''),
  kind: z.number(),
  attributes: z.array(attribute).default([]),
  status: z.object({ code: z.number().optional() }).default({}),
  links: z.array(z.object({ traceId: z.string() })).default([]),
});
const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

const STATUS_ERROR = 2;

/** Receives OTLP on a free port of 127.0.0.1. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const messages: Buffer[] = [];
  const server = createServer(async (message, response) => {
    const body = await buffer(message);
    if (message.headers['content-type'] === 'application/json') spans.push(...spansIn(body.toString()));
    else messages.push(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    messages,
    spansOf: (traceId, fits) => eventually(async () => spans.filter((each) => each.traceId === traceId), fits),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function spansIn(text: string): ReceivedSpan[] {
  return request.parse(JSON.parse(text)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map(({ status, links, attributes, ...facts }) => ({
        ...facts,
        service: String(valuesOf(resource.attributes)['service.name']),
        attributes: valuesOf(attributes),
        hasFailed: status.code === STATUS_ERROR,
        links: links.map(({ traceId }) => traceId),
      })),
    ),
  );
}

function valuesOf(attributes: z.output<typeof attribute>[]): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue) : Number(intValue)),
    ]),
  );
}

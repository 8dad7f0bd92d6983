import { z } from 'zod';
import { EnvironmentError } from '../environment/environment-error.ts';
import { secretVariable } from '../environment/secret-variable.ts';
import { integerVariable, listVariable } from '../environment/variables.ts';

export const traceExporters = ['otlp', 'zipkin', 'console', 'none'] as const;
export type TraceExporterName = (typeof traceExporters)[number];

export const traceSamplers = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_on',
  'always_off',
  'traceidratio',
] as const;
export type TraceSamplerName = (typeof traceSamplers)[number];

export const otlpProtocols = ['http/protobuf', 'http/json'] as const;

const urlVariable = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).optional();
const pairsVariable = z.string().refine((text) => parsePairs(text) !== undefined, 'expected name=value,name=value');

/** The standard variables of OpenTelemetry that are read, by the names and with the meaning that its specification gives them. */
export const tracingVariables = {
  OTEL_TRACES_EXPORTER: listVariable
    .pipe(z.array(z.enum(traceExporters, `expected some of ${traceExporters.join(', ')}`)))
    .default(['none'])
    .describe('where traces go, comma-separated: otlp, zipkin, console; none turns tracing off'),
  OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'expected true or false').default('false').describe('true: no traces'),
  OTEL_SERVICE_NAME: z.string().optional().describe('the name of the service in traces; by default its own'),
  OTEL_RESOURCE_ATTRIBUTES: pairsVariable.optional().describe('what traces say of this process: name=value,name=value'),
  OTEL_TRACES_SAMPLER: z
    .enum(traceSamplers, `expected one of ${traceSamplers.join(', ')}`)
    .default('parentbased_always_on')
    .describe('which traces are recorded'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .refine((text) => /^\d*\.?\d+$/.test(text) && Number(text) <= 1, 'expected a number from 0 to 1')
    .transform(Number)
    .default(1)
    .describe('the share that a sampler with traceidratio records'),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlVariable.describe(
    'of a collector; /v1/traces is added. Default http://localhost:4318',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urlVariable.describe('the same, taken as it is'),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(otlpProtocols, `expected ${otlpProtocols.join(' or ')}`)
    .default('http/protobuf')
    .describe(otlpProtocols.join(' or ')),
  OTEL_EXPORTER_OTLP_HEADERS: pairsVariable.optional().describe('sent along with OTLP: name=value,name=value'),
  OTEL_EXPORTER_OTLP_HEADERS_FILE: z.string().optional().describe('a file with them instead'),
  OTEL_EXPORTER_ZIPKIN_ENDPOINT: urlVariable.describe('default http://localhost:9411/api/v2/spans'),
  OTEL_BSP_SCHEDULE_DELAY: integerVariable({ min: 10, max: 600_000, default: 5_000 }).describe(
    'milliseconds between two sendings of spans',
  ),
  OTEL_BSP_MAX_QUEUE_SIZE: integerVariable({ min: 512, max: 1_000_000, default: 2_048 }).describe(
    'most spans that wait to be sent; further ones are lost',
  ),
  TRIBUTARY_TRACE_KEEP_SLOWER_MS: integerVariable({ min: 0, max: 600_000, default: 0 }).describe(
    'sends what this process did for a request that failed or took so long, though its trace is not sampled; 0: does not',
  ),
};

/** Those variables, once they have been read. */
export type TracingEnvironment = z.output<z.ZodObject<typeof tracingVariables>>;

/** How traces are recorded, and where they are sent. */
export interface TracingSettings {
  readonly exporters: readonly TraceExporterName[];
  /** Instead of the name that the service gives itself. */
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly sampler: TraceSamplerName;
  /** From 0 to 1. */
  readonly sampledShare: number;
  readonly otlp: {
    readonly url: string;
    readonly protocol: (typeof otlpProtocols)[number];
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly zipkinUrl: string | undefined;
  readonly sendIntervalMs: number;
  readonly queueLimit: number;
  /** 0 where unsampled traces are not recorded. */
  readonly keepSlowerMs: number;
}

/**
 * How traces are recorded, from the environment; `undefined` where they are not.
 *
 * @throws EnvironmentError for headers that are named in two ways, or a file with them that can't be used. It never repeats them.
 */
export function tracingSettings(env: TracingEnvironment): TracingSettings | undefined {
  const exporters = env.OTEL_TRACES_EXPORTER.filter((name) => name !== 'none');
  if (exporters.length === 0 || env.OTEL_SDK_DISABLED === 'true') return undefined;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint = 'http://localhost:4318' } = env;
  return {
    exporters,
    serviceName: env.OTEL_SERVICE_NAME,
    resourceAttributes: parsePairs(env.OTEL_RESOURCE_ATTRIBUTES ?? '') ?? {},
    sampler: env.OTEL_TRACES_SAMPLER,
    sampledShare: env.OTEL_TRACES_SAMPLER_ARG,
    otlp: {
      url: env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? `${endpoint.replace(/\/$/, '')}/v1/traces`,
      protocol: env.OTEL_EXPORTER_OTLP_PROTOCOL,
      headers: otlpHeaders(env),
    },
    zipkinUrl: env.OTEL_EXPORTER_ZIPKIN_ENDPOINT,
    sendIntervalMs: env.OTEL_BSP_SCHEDULE_DELAY,
    queueLimit: env.OTEL_BSP_MAX_QUEUE_SIZE,
    keepSlowerMs: env.TRIBUTARY_TRACE_KEEP_SLOWER_MS,
  };
}

function otlpHeaders(env: TracingEnvironment): Record<string, string> {
  const headers = parsePairs(secretVariable(env, 'OTEL_EXPORTER_OTLP_HEADERS') ?? '');
  if (headers) return headers;
  throw new EnvironmentError(['OTEL_EXPORTER_OTLP_HEADERS_FILE: expected name=value,name=value in it']);
}

/** A list as W3C Baggage has it, whose values are percent-encoded; `undefined` for what is none. */
function parsePairs(text: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [, name, value = ''] = /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (name === undefined) return undefined;
    try {
      pairs[name] = decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  return pairs;
}

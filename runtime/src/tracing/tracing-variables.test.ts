import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseEnvironment } from '../environment/parse-environment.ts';
import { tracingSettings, tracingVariables } from './tracing-variables.ts';

const settingsOf = (variables: Record<string, string>) =>
  tracingSettings(parseEnvironment(z.object(tracingVariables), variables));
const otlp = { OTEL_TRACES_EXPORTER: 'otlp' };

describe('the variables of tracing', () => {
  it.each([{}, { OTEL_TRACES_EXPORTER: 'none' }, { ...otlp, OTEL_SDK_DISABLED: 'true' }])(
    'turn it off: %j',
    (variables) => {
      expect(settingsOf(variables)).toBeUndefined();
    },
  );

  it('name the endpoint of all signals, to which a path is added, or that of traces', () => {
    const [all, traces] = ['http://c:4318/', 'https://t/x'];
    expect(settingsOf({ ...otlp, OTEL_EXPORTER_OTLP_ENDPOINT: all })?.otlp.url).toBe('http://c:4318/v1/traces');
    const both = { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces };
    expect(settingsOf({ ...otlp, ...both })?.otlp.url).toBe(traces);
    expect(settingsOf(otlp)?.otlp).toEqual({
      url: 'http://localhost:4318/v1/traces',
      protocol: 'http/protobuf',
      headers: {},
    });
  });

  it('are told of together when they are wrong, without their values', () => {
    const wrong = {
      OTEL_TRACES_EXPORTER: 'otlp,jaeger',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_TRACES_SAMPLER_ARG: '1.5',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'hunter2',
    };
    expect(() => settingsOf(wrong)).toThrow(
      expect.objectContaining({ problems: Object.keys(wrong).map((name) => expect.stringMatching(`^${name}`)) }),
    );
    expect(() => settingsOf(wrong)).not.toThrow(/hunter2|sometimes/);
  });

  it('may name a file with the headers, which hold a key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-headers-'));
    const file = join(folder, 'headers');
    await writeFile(file, 'x-key=one, x-other=two\n');
    expect(settingsOf({ ...otlp, OTEL_EXPORTER_OTLP_HEADERS_FILE: file })?.otlp.headers).toEqual({
      'x-key': 'one',
      'x-other': 'two',
    });
    await rm(folder, { recursive: true });
  });
});

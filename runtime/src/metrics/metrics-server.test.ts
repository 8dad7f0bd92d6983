import { afterEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { openMetrics } from './open-metrics.ts';

let scope = new Scope();
afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

async function open() {
  const { logger, lines } = createCapturedLogger();
  const metrics = await openMetrics({ host: '127.0.0.1', port: 0 }, { scope, logger });
  const url = String(lines.find(({ msg }) => msg === 'serving metrics')?.['url']);
  return { logger, metrics, url };
}

describe('the metrics of a service', () => {
  it('are served in the text format, with those of the process beside', async () => {
    const { metrics, url } = await open();
    metrics?.read('tributary_subscriptions_open', () => [{ labels: {}, value: 7 }]);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('\ntributary_subscriptions_open 7\n');
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds', 'nodejs_heap_size_used_bytes'])
      expect(text).toContain(`\n${name} `);
  });

  it('count the lines of its log, by level and from the beginning', async () => {
    const { logger, url } = await open();
    logger.error('a defect');
    logger.child({ component: 'relay' }).error('another one');
    const text = await (await fetch(url)).text();
    expect(text).toContain('tributary_log_lines_total{level="error"} 2');
    expect(text).toContain('tributary_log_lines_total{level="warn"} 0');
  });

  it('are all that their port serves', async () => {
    const { url } = await open();
    expect((await fetch(new URL('/graphql', url))).status).toBe(404);
    expect((await fetch(url, { method: 'POST', body: '' })).status).toBe(404);
  });

  it('are none without an address', async () => {
    const { logger, lines } = createCapturedLogger();
    expect(await openMetrics(undefined, { scope, logger })).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('say which variable to set where the port is taken', async () => {
    const { url } = await open();
    const { logger } = createCapturedLogger();
    const address = { host: '127.0.0.1', port: Number(new URL(url).port) };
    await expect(openMetrics(address, { scope, logger })).rejects.toThrow(/set TRIBUTARY_METRICS_PORT to a free one/);
  });
});

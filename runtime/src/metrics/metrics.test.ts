import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';

const failOnErrors = (error: unknown): void => {
  throw error;
};

describe('metrics', () => {
  it('are read when somebody looks, and not before', async () => {
    const metrics = new Metrics(failOnErrors);
    let looks = 0;
    metrics.read('tributary_subscriptions_open', () => {
      looks += 1;
      return [{ labels: {}, value: looks }];
    });
    expect(looks).toBe(0);
    await metrics.text();
    expect(await metrics.text()).toContain('\ntributary_subscriptions_open 2\n');
  });

  it('have their help and type once, whoever brings samples', async () => {
    const metrics = new Metrics(failOnErrors);
    metrics.read('tributary_http_requests_total', () => [{ labels: { status: '200' }, value: 3 }]);
    metrics.read('tributary_http_requests_total', async () => [{ labels: { status: '503' }, value: 1 }]);
    expect(await metrics.text()).toBe(
      [
        '# HELP tributary_http_requests_total GraphQL requests that were answered, by HTTP status',
        '# TYPE tributary_http_requests_total counter',
        'tributary_http_requests_total{status="200"} 3',
        'tributary_http_requests_total{status="503"} 1',
        '',
      ].join('\n'),
    );
  });

  it('show a histogram as buckets that hold those below them, with sum and count', async () => {
    const metrics = new Metrics(failOnErrors);
    const sizes = metrics.histogram('tributary_loader_batch_keys').of({ loader: 'product' });
    for (const keys of [1, 4, 4_000]) sizes.observe(keys);
    const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('tributary_'));
    expect(lines).toContain('tributary_loader_batch_keys_bucket{loader="product",le="1"} 1');
    expect(lines).toContain('tributary_loader_batch_keys_bucket{loader="product",le="5"} 2');
    expect(lines.slice(-3)).toEqual([
      'tributary_loader_batch_keys_bucket{loader="product",le="+Inf"} 3',
      'tributary_loader_batch_keys_sum{loader="product"} 4005',
      'tributary_loader_batch_keys_count{loader="product"} 3',
    ]);
  });

  it('observe in the same place whoever asks for the same labels', () => {
    const metrics = new Metrics(failOnErrors);
    const of = (loader: string) => metrics.histogram('tributary_loader_batch_keys').of({ loader });
    expect(of('product')).toBe(of('product'));
    expect(of('product')).not.toBe(of('order'));
  });

  it('escape what would break a line', async () => {
    const metrics = new Metrics(failOnErrors);
    metrics.read('tributary_queue_oldest_seconds', () => [{ labels: { queue: 'a"b\\c\nd' }, value: 1.5 }]);
    expect(await metrics.text()).toContain('{queue="a\\"b\\\\c\\nd"} 1.5\n');
  });

  it('leave out one that cannot be read, tell why, and show the others', async () => {
    const errors: unknown[] = [];
    const metrics = new Metrics((error) => errors.push(error));
    const away = new Error('the database is away');
    metrics.read('tributary_outbox_events', () => Promise.reject(away));
    metrics.read('tributary_subscriptions_open', () => [{ labels: {}, value: 0 }]);
    const text = await metrics.text();
    expect(text).not.toContain('tributary_outbox_events');
    expect(text).toContain('tributary_subscriptions_open 0');
    expect(errors).toEqual([away]);
  });

  it('leave out one whose reader hangs, tell which, and show the others', async () => {
    const errors: unknown[] = [];
    const metrics = new Metrics((error) => errors.push(error), 1);
    metrics.read('tributary_outbox_events', () => new Promise(() => undefined));
    metrics.read('tributary_subscriptions_open', () => [{ labels: {}, value: 0 }]);
    const text = await metrics.text();
    expect(text).not.toContain('tributary_outbox_events');
    expect(text).toContain('tributary_subscriptions_open 0');
    expect(errors).toEqual([new Error('tributary_outbox_events could not be read within 1 ms')]);
  });
});

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { defaultSubscriptionLimits } from '@tributary/gateway/subscriptions/subscription-limits';
import { defaultTimeouts } from '@tributary/runtime/http/http-timeouts';
import { committedEnvironment } from './compose-file.ts';

const MOST_REQUEST_MS = 30_000;

/** The first time that a directive or parameter of `deploy/nginx` says, in ms. */
async function timeOf(file: string, name: string): Promise<number> {
  const text = await readFile(fileURLToPath(new URL(`../../deploy/nginx/${file}`, import.meta.url)), 'utf8');
  const [, seconds] = new RegExp(`\\b${name}[ =](\\d+)s`).exec(text) ?? [];
  if (seconds === undefined) throw new Error(`${file} says nothing of ${name}`);
  return Number(seconds) * 1_000;
}

describe.each(['upstream.conf', 'kubernetes/upstream.conf'])('the upstream of %s', (file) => {
  it('gives up an idle connection before its gateway does, which would meet a request', async () => {
    expect(await timeOf(file, 'keepalive_timeout')).toBeLessThan(defaultTimeouts.keepAliveMs);
  });

  it('leaves a gateway alone for longer than the notice that it gives', async () => {
    const { TRIBUTARY_STOP_NOTICE_MS } = await committedEnvironment('gateway-1');
    expect(await timeOf(file, 'fail_timeout')).toBeGreaterThan(Number(TRIBUTARY_STOP_NOTICE_MS));
  });
});

it('waits for a gateway longer than a request may take, and than a stream is silent', async () => {
  const patienceMs = await timeOf('nginx.conf', 'proxy_read_timeout');
  expect(patienceMs).toBeGreaterThan(MOST_REQUEST_MS);
  expect(patienceMs).toBeGreaterThan(defaultSubscriptionLimits.heartbeatMs);
});

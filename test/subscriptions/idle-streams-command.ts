import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createTokenIssuer } from '@tributary/gateway/testing/token-issuer';
import { startTestRedis } from '../cache/redis-server.ts';
import { startGatewayProcess } from '../gateway/gateway-process.ts';

// What idle streams cost a gateway: memory for each, and processor time for all. Run it with `node`, on Linux.

const STREAMS = 1_000;
const ROUNDS = 4;
const WATCHED_MS = 30_000;
const TICKS_PER_SECOND = 100;
const query = 'subscription { orderStatusChanged { id status items { quantity product { title } } } }';

const redis = await startTestRedis();
const issuer = await createTokenIssuer();
const { issuer: iss, audience } = issuer.options;
const gateway = await startGatewayProcess(['--port', '0'], {
  TRIBUTARY_GATEWAY_KEYS: 'k'.repeat(32),
  TRIBUTARY_JWT_PUBLIC_KEY_FILE: issuer.publicKeyFile,
  TRIBUTARY_JWT_ISSUER: iss,
  TRIBUTARY_JWT_AUDIENCE: audience,
  TRIBUTARY_EVENTS_URL: redis.url,
});

async function residentKb(): Promise<number> {
  const status = await readFile(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}

async function processorMs(): Promise<number> {
  const fields = (await readFile(`/proc/${gateway.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}

async function open(viewer: number): Promise<void> {
  const token = await issuer.sign({ sub: `usr_${viewer}`, sid: `ses_${viewer}`, scope: 'orders:read' });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` };
  const asked = request(`${gateway.url}/graphql`, { method: 'POST', headers }, (response) => {
    if (response.statusCode === 200) response.once('data', () => resolve());
    else reject(new Error(`refused with ${response.statusCode}`));
    response.on('error', () => undefined).resume();
  });
  asked.on('error', reject).end(JSON.stringify({ query }));
  await promise;
}

try {
  await open(0);
  let beforeKb = await residentKb();
  console.log(`${Math.round(beforeKb / 1_024)} MB with one stream`);
  for (let round = 1; round <= ROUNDS; round++) {
    for (let count = 0; count < STREAMS; count += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, place) => open(round * STREAMS + count + place)));
    }
    await delay(5_000);
    const nowKb = await residentKb();
    const each = ((nowKb - beforeKb) / STREAMS).toFixed(1);
    console.log(
      `${Math.round(nowKb / 1_024)} MB with ${round * STREAMS} idle streams: ${each} KB for each of the last ${STREAMS}`,
    );
    beforeKb = nowKb;
  }
  const beforeMs = await processorMs();
  await delay(WATCHED_MS);
  const share = ((await processorMs()) - beforeMs) / WATCHED_MS;
  console.log(`${(share * 100).toFixed(1)}% of a core with ${ROUNDS * STREAMS} idle streams`);
} finally {
  await gateway.kill();
  await redis.close();
  await issuer.stop();
  process.exit();
}

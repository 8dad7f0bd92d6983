import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, expect, it } from '@jest/globals';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { createBalancedClient } from './balanced-client.ts';

const scope = new Scope();
afterAll(() => scope.release());

it('finds the gateway that gets ready again, however fast its callers repeat what failed', async () => {
  let probes = 0;
  const gateway = createServer((request, response) => {
    const isProbe = request.url === '/health/ready';
    if (isProbe) probes += 1;
    response.writeHead(isProbe && probes === 1 ? 503 : 200).end('{}');
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  scope.own(gateway, (open) => void open.close());
  const address = gateway.address();
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port');
  const client = scope.own(createBalancedClient([`http://127.0.0.1:${address.port}`]));

  const failures: unknown[] = [];
  const post = () => client.post({}).catch((error: unknown) => void failures.push(error));
  while ((await post()) !== undefined);
  while ((await post()) === undefined && failures.length < 100);

  expect(failures.length).toBeLessThan(100);
  expect(probes).toBeGreaterThan(1);
});

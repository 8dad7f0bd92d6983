import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { requestCancel } from './cancel-request.ts';

it('a request to cancel is what the protocol says, and over when the server has closed the connection', async () => {
  const received: Buffer[] = [];
  let isClosed = false;
  const server = createServer((socket) => {
    socket.on('data', (data) => {
      received.push(Buffer.from(data));
      isClosed = true;
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const target = { host: '127.0.0.1', port: address.port, processId: 258, secretKey: -2 };
  await requestCancel(target);
  expect(isClosed).toBe(true);
  expect(Buffer.concat(received).toString('hex')).toBe('0000001004d2162e00000102fffffffe');
  await new Promise((resolve) => server.close(resolve));
  // Nobody is there any more.
  await requestCancel(target);
});

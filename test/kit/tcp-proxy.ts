import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What becomes of bytes on their way, either way.
 * - `pass`: they arrive
 * - `delayed`: they arrive later by so long
 * - `halfStalled`: of every second connection, also of those that are open, none arrives any more
 * - `halfReset`: every second connection is reset, those that are open at once
 */
export type Disturbance = 'pass' | { readonly delayedMs: number } | 'halfStalled' | 'halfReset';

/** Stands between a client and a server of this machine, and disturbs what passes when a test says so. */
export interface TcpProxy {
  readonly port: number;
  /** Holds for connections that are open and those to come. */
  disturb(disturbance: Disturbance): void;
  stop(): Promise<void>;
}

interface Link {
  readonly number: number;
  readonly client: Socket;
  readonly server: Socket;
}

/** @param targetPort of the server, which need not listen yet */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const links = new Set<Link>();
  let disturbance: Disturbance = 'pass';
  let accepted = 0;

  const proxy = createServer((client) => {
    const link: Link = { number: accepted++, client, server: connect(targetPort, '127.0.0.1') };
    links.add(link);
    join(link, client, link.server);
    join(link, link.server, client);
    if (disturbance === 'halfReset' && isChosen(link)) reset(link);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no TCP port');

  /** Passes on what comes, in order; whatever is disturbed is decided when it comes. */
  function join(link: Link, from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on('data', (bytes) => {
      if (disturbance === 'halfStalled' && isChosen(link)) return;
      if (typeof disturbance === 'object') setTimeout(() => to.write(bytes), disturbance.delayedMs).unref();
      else to.write(bytes);
    });
    // The end of one side is the end of both; why does not matter here.
    from.on('error', () => undefined);
    from.on('close', () => {
      links.delete(link);
      to.destroy();
    });
  }

  return {
    port: address.port,
    disturb(next) {
      disturbance = next;
      if (next !== 'halfReset') return;
      for (const link of links) if (isChosen(link)) reset(link);
    },
    async stop() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const { client, server } of links) {
        client.destroy();
        server.destroy();
      }
      await closed;
    },
  };
}

function isChosen({ number }: Link): boolean {
  return number % 2 === 0;
}

function reset({ client, server }: Link): void {
  client.resetAndDestroy();
  server.destroy();
}

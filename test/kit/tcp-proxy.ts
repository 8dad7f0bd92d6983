import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ByteLane } from './byte-lane.ts';

/**
 * What becomes of bytes on their way, either way. They always arrive in order, and none is lost but with its connection.
 * - `pass`: they arrive
 * - `delayed`: they arrive later by so long
 * - `halfStalled`: of every second connection, also of those that are open, none arrives until it is something else
 * - `halfReset`: every second connection is reset, those that are open at once
 */
export type Disturbance = 'pass' | { readonly delayedMs: number } | 'halfStalled' | 'halfReset';

/** Stands between a client and a server of this machine, and disturbs what passes when a test says so. */
export interface TcpProxy {
  readonly port: number;
  /** Holds for connections that are open and those to come. */
  disturb(disturbance: Disturbance): void;
  /** Takes no more connections, as if nobody listened; those that are open stay as long as their server keeps them. */
  refuse(): void;
  /** Takes connections again. */
  accept(): Promise<void>;
  stop(): Promise<void>;
}

interface Link {
  readonly number: number;
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: readonly ByteLane[];
}

/**
 * @param targetPort of the server, which need not listen yet
 * @param ownPort any that is free unless told; one of `lastingPorts` where it has to be had again after `refuse`
 */
export async function startTcpProxy(targetPort: number, ownPort = 0): Promise<TcpProxy> {
  const links = new Set<Link>();
  let disturbance: Disturbance = 'pass';
  let accepted = 0;

  const proxy = createServer((client) => {
    const server = connect(targetPort, '127.0.0.1');
    const link: Link = { number: accepted++, client, server, lanes: [join(client, server), join(server, client)] };
    links.add(link);
    for (const socket of [client, server]) socket.on('close', () => links.delete(link));
    affect(link);
  });
  const port = await listen(proxy, ownPort);

  /** Passes on what comes; the end of one side is the end of both, and why does not matter here. */
  function join(from: Socket, to: Socket): ByteLane {
    const lane = new ByteLane((bytes) => void to.write(bytes));
    from.setNoDelay(true);
    from.on('data', (bytes: Buffer) => lane.enter(bytes, typeof disturbance === 'object' ? disturbance.delayedMs : 0));
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
    return lane;
  }

  function affect(link: Link): void {
    const isChosen = link.number % 2 === 0;
    for (const lane of link.lanes) lane.setStalled(isChosen && disturbance === 'halfStalled');
    if (!isChosen || disturbance !== 'halfReset') return;
    link.client.resetAndDestroy();
    link.server.destroy();
  }

  return {
    port,
    disturb(next) {
      disturbance = next;
      for (const link of links) affect(link);
    },
    refuse: () => void proxy.close(),
    async accept() {
      await listen(proxy, port);
    },
    async stop() {
      const closed = proxy.listening ? once(proxy, 'close') : undefined;
      proxy.close();
      for (const { client, server } of links) {
        client.destroy();
        server.destroy();
      }
      await closed;
    },
  };
}

/** The port that it listens to then. */
async function listen(proxy: Server, port: number): Promise<number> {
  proxy.listen(port, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no TCP port');
  return address.port;
}

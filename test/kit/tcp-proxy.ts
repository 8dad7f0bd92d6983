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

/** What a disturbance has done so far. */
export interface Disturbed {
  /** Those that were reset, or over which bytes came that were held back. */
  readonly connections: number;
  readonly bytesHeldBack: number;
}

/** Stands between a client and a server of this machine, and disturbs what passes when a test says so. */
export interface TcpProxy {
  readonly port: number;
  /** Holds for connections that are open and those to come. */
  disturb(disturbance: Disturbance): void;
  /** Since `disturb` was called last. */
  disturbed(): Disturbed;
  /** Takes no more connections, as if nobody listened; those that are open stay as long as their server keeps them. */
  refuse(): void;
  /** Takes connections again. */
  accept(): Promise<void>;
  stop(): Promise<void>;
}

interface Link {
  /** Whether it is one of the half that is disturbed. */
  isChosen: boolean;
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
  let turns = 0;
  const disturbed = new Set<Link>();
  let bytesHeldBack = 0;

  const proxy = createServer((client) => {
    const server = connect(targetPort, '127.0.0.1');
    const lanes = [join(client, server, noteHeldBack), join(server, client, noteHeldBack)];
    const link: Link = { isChosen: choose(), client, server, lanes };
    function noteHeldBack(byteCount: number): void {
      if (typeof disturbance !== 'object' && !(link.isChosen && disturbance === 'halfStalled')) return;
      disturbed.add(link);
      bytesHeldBack += byteCount;
    }
    links.add(link);
    for (const socket of [client, server]) socket.on('close', () => links.delete(link));
    affect(link);
  });
  const port = await listen(proxy, ownPort);

  /** Passes on what comes; the end of one side is the end of both, and why does not matter here. */
  function join(from: Socket, to: Socket, onBytes: (byteCount: number) => void): ByteLane {
    const lane = new ByteLane((bytes) => void to.write(bytes));
    from.setNoDelay(true);
    from.on('data', (bytes: Buffer) => {
      onBytes(bytes.length);
      lane.enter(bytes, typeof disturbance === 'object' ? disturbance.delayedMs : 0);
    });
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
    return lane;
  }

  function choose(): boolean {
    return turns++ % 2 === 0;
  }

  function affect(link: Link): void {
    for (const lane of link.lanes) lane.setStalled(link.isChosen && disturbance === 'halfStalled');
    if (!link.isChosen || disturbance !== 'halfReset') return;
    disturbed.add(link);
    link.client.resetAndDestroy();
    link.server.destroy();
  }

  return {
    port,
    disturb(next) {
      disturbance = next;
      disturbed.clear();
      bytesHeldBack = 0;
      // Chosen anew: all that survived a reset were of the other half.
      turns = 0;
      for (const link of links) {
        link.isChosen = choose();
        affect(link);
      }
    },
    disturbed: () => ({ connections: disturbed.size, bytesHeldBack }),
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

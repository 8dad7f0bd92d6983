import type { TcpProxy } from '../tcp-proxy.ts';
import type { FaultTarget } from './fault-target.ts';

/** A target whose clients come through a proxy. While it is killed the proxy takes no connections, just as nobody would. */
export function behindProxy(target: FaultTarget, proxy: TcpProxy): FaultTarget {
  return {
    name: target.name,
    port: target.port,
    async kill() {
      proxy.refuse();
      await target.kill();
    },
    async start() {
      await target.start();
      await proxy.accept();
    },
    pause: () => target.pause(),
    resume: () => target.resume(),
    connections: proxy,
  };
}

import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { lastingPorts } from '../lasting-ports.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';
import { behindProxy } from './behind-proxy.ts';
import type { FaultTarget } from './fault-target.ts';

/** Where the clients of a server find it: at its own port, or at a proxy that disturbs their connections. */
export class FrontDoors {
  readonly #proxies: ReadonlyMap<number, TcpProxy>;

  private constructor(proxies: ReadonlyMap<number, TcpProxy>) {
    this.#proxies = proxies;
  }

  /** Puts a proxy in front of each of the ports; before none when `isDisturbable` is false. */
  static async open(scope: Scope, ports: readonly number[], isDisturbable: boolean): Promise<FrontDoors> {
    const doors = isDisturbable ? await lastingPorts(ports.length) : [];
    const proxies = await Promise.all(
      doors.map(async (door, index) => scope.own(await startTcpProxy(ports[index] ?? 0, door))),
    );
    return new FrontDoors(new Map(proxies.map((proxy, index) => [ports[index] ?? 0, proxy])));
  }

  /** The same URL at the port that clients are to use. */
  urlFor(url: string): string {
    const outer = new URL(url);
    const proxy = this.#proxies.get(Number(outer.port));
    if (proxy === undefined) return url;
    outer.port = String(proxy.port);
    return outer.href;
  }

  /** The target, its connections too. */
  guard(target: FaultTarget): FaultTarget {
    const proxy = this.#proxies.get(target.port);
    return proxy ? behindProxy(target, proxy) : target;
  }
}

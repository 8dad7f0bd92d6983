import type { ConnectionOptions } from 'rabbitmq-client';

export const brokerSchemes: readonly string[] = ['amqp', 'amqps'];

const DEFAULT_PORTS: Readonly<Record<string, number>> = { amqp: 5_672, amqps: 5_671 };

/**
 * Where the nodes of a broker are: `amqp://user:password@one:5672,other:5672/vhost` names two of one cluster, which are tried in turn.
 *
 * @returns undefined for what is no such URL
 */
export function brokerAddress(url: string): ConnectionOptions | undefined {
  const [, scheme = '', user = '', servers = '', path = ''] =
    /^([a-z]+):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(\/[^?#]*)?$/.exec(url) ?? [];
  const defaultPort = DEFAULT_PORTS[scheme];
  if (defaultPort === undefined) return undefined;
  const urls = servers.split(',').map((server) => `${scheme}://${user === '' ? '' : `${user}@`}${server}`);
  const parsed = urls.flatMap((each) => URL.parse(each) ?? []).filter(({ hostname }) => hostname !== '');
  const [first] = parsed;
  if (first === undefined || parsed.length < urls.length) return undefined;
  return {
    hosts: parsed.map(({ hostname, port }) => `${hostname}:${port || defaultPort}`),
    username: decodeURIComponent(first.username || 'guest'),
    password: decodeURIComponent(first.password || 'guest'),
    vhost: decodeURIComponent(path.slice(1)) || '/',
    tls: scheme === 'amqps',
  };
}

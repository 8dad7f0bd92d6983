/** Redis speaks one protocol on one server, and the same with redirections on a cluster. */
export const redisSchemes: readonly string[] = [
  'redis',
  'rediss',
  'valkey',
  'valkeys',
  'redis+cluster',
  'rediss+cluster',
  'valkey+cluster',
  'valkeys+cluster',
];
export const postgresSchemes: readonly string[] = ['postgres', 'postgresql'];
/** What values can be kept in. */
export const valueSchemes: readonly string[] = [...redisSchemes, 'memcached'];
/** Where processes can agree. */
export const coordinationSchemes: readonly string[] = [...redisSchemes, ...postgresSchemes];

/** `redis+cluster` of `redis+cluster://host:1,other:2`; empty for what is no URL. */
export function schemeOf(url: string): string {
  return /^([a-z+]+):\/\/./.exec(url)?.[1] ?? '';
}

/** The URLs of the servers that one URL names: `scheme://user:password@host:1,other:2` has two. */
export function serverUrlsOf(url: string, scheme: string): string[] {
  const [, authority = '', path = ''] = /^[a-z+]+:\/\/([^/?]*)(.*)$/.exec(url) ?? [];
  const userEnd = authority.lastIndexOf('@') + 1;
  const user = authority.slice(0, userEnd);
  return authority
    .slice(userEnd)
    .split(',')
    .map((server) => `${scheme}://${user}${server}${path}`);
}

/** Headers by name, in lower case. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * What every answer says to browsers unless its handler says otherwise: it is what its type says, nobody keeps it, nothing in it is run
 * or loaded, no page frames it, and no page of another site gets it without the permission that CORS gives.
 */
export const securityHeaders: HeaderList = [
  ['x-content-type-options', 'nosniff'],
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  // For browsers that do not know `frame-ancestors`.
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
];

/**
 * The same for a service that browsers reach by HTTPS only, whoever terminates TLS.
 *
 * @param maxAgeSeconds how long a browser is to refuse plain HTTP; 0 says nothing, since it cannot be taken back before
 */
export function securityHeadersWithTransport(maxAgeSeconds: number): HeaderList {
  if (maxAgeSeconds === 0) return securityHeaders;
  return [...securityHeaders, ['strict-transport-security', `max-age=${maxAgeSeconds}`]];
}

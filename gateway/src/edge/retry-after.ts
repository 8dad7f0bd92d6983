/** The header that says when to come back, for an error that says so in `extensions.retryAfterSeconds`. */
export function retryAfterHeaders(error: { extensions: Readonly<Record<string, unknown>> }): [string, string][] {
  const { retryAfterSeconds } = error.extensions;
  return typeof retryAfterSeconds === 'number' ? [['retry-after', String(retryAfterSeconds)]] : [];
}

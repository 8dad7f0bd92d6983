/** The header that says when to come back for what is missing of an answer: once the last of its errors says so. */
export function retryAfterOf(
  errors: readonly { extensions?: Readonly<Record<string, unknown>> }[],
): [string, string][] {
  let latest = 0;
  for (const { extensions } of errors) {
    const seconds = extensions?.['retryAfterSeconds'];
    if (typeof seconds === 'number' && seconds > latest) latest = seconds;
  }
  return latest > 0 ? [['retry-after', String(Math.ceil(latest))]] : [];
}

/** The header that says when to come back, for an error that says so in `extensions.retryAfterSeconds`. */
export function retryAfterHeaders(error: { extensions: Readonly<Record<string, unknown>> }): [string, string][] {
  const { retryAfterSeconds } = error.extensions;
  return typeof retryAfterSeconds === 'number' ? [['retry-after', String(retryAfterSeconds)]] : [];
}

/**
 * What comes of some work, unless that takes too long; it is not stopped then, and what comes of it later is nobody's.
 *
 * @param what names the work where it is told of
 * @throws what the work throws, and an `Error` after the limit
 */
export async function withinLimit<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const { promise: limit, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} could not be read within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

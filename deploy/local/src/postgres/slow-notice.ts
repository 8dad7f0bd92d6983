/** After how long silence looks like a fault. */
const PATIENCE_MS = 2_000;

/** Waits for the work, and says something, once, when that takes so long that a person would wonder. */
export async function withSlowNotice<T>(work: Promise<T>, say: () => void): Promise<T> {
  const timer = setTimeout(say, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks again only when the last answer is older than that; who asks meanwhile gets the same one, or waits for it with the others.
 * A failure is forgotten at once.
 */
export function rememberFor<T>(
  ms: number,
  ask: () => Promise<T>,
  nowMs: () => number = () => performance.now(),
): () => Promise<T> {
  let last: { readonly askedAtMs: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (last && nowMs() - last.askedAtMs < ms) return last.answer;
    const answer = ask();
    const asked = { askedAtMs: nowMs(), answer };
    last = asked;
    answer.catch(() => {
      if (last === asked) last = undefined;
    });
    return answer;
  };
}

/** A call took longer than it may. */
export class BudgetExceededError extends Error {
  override readonly name = 'BudgetExceededError';
}

/**
 * What a call answers, if it answers in time. What arrived while this process was busy counts as in time: once the time is
 * up, the event loop gets to read what is there before the call is given up.
 *
 * @throws BudgetExceededError; what the call rejects with
 */
export async function withinBudget<T>(call: Promise<T>, budgetMs: number): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new BudgetExceededError(`the call timed out after ${budgetMs} ms`));
  const timer = setTimeout(() => setImmediate(giveUp), budgetMs);
  try {
    return await Promise.race([call, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

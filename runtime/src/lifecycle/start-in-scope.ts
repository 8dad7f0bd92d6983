import { Scope } from './scope.ts';

/**
 * Builds something out of several resources: what `build` answers, with a `stop()` that releases them in reverse order. When
 * `build` fails, what it had acquired is released before its error is thrown.
 */
export async function startInScope<T extends object>(
  build: (scope: Scope) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const scope = new Scope();
  try {
    return { ...(await build(scope)), stop: () => scope.release() };
  } catch (error) {
    // The reason why it could not be built is what its caller has to see, not what followed from it.
    await scope.release().catch(() => undefined);
    throw error;
  }
}

import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { startTestBed, type TestBed } from './test-bed.ts';

/** A subgraph without others, on databases of its own. */
export interface LoneSubgraph {
  readonly bed: TestBed;
  /** Without a path. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * @param name names the databases, so that no two test files share any
 * @param start starts it on what the test bed has
 */
export function startLoneSubgraph(
  name: string,
  start: (options: TestBed['options']) => Promise<{ url: string; stop(): Promise<void> }>,
): Promise<LoneSubgraph> {
  return startInScope(async (scope) => {
    const bed = scope.own(await startTestBed(name));
    const { url } = scope.own(await start(bed.options));
    return { bed, url };
  });
}

import { type CheckedAnswer, checkAnswers } from '../measure/check-answers.ts';
import type { BenchQuery } from '../queries.ts';
import type { Contender, ContenderTarget } from './contender.ts';
import { type ContenderPlace, type RunningContender, startContender } from './start-contender.ts';

/** A contender that serves and whose answers are right. */
export interface ReadyContender {
  readonly running: RunningContender;
  /** By query id. */
  readonly answers: ReadonlyMap<string, CheckedAnswer>;
}

/** A contender that cannot be measured, and why. */
export interface Absence {
  readonly contender: Contender;
  readonly reason: string;
}

/**
 * Starts contenders and looks at their answers. All then run at the same time and are idle while another is measured: starting
 * them anew for every measurement would measure cold code.
 * @param stack stops them
 */
export async function lineUp(
  contenders: readonly Contender[],
  queries: readonly BenchQuery[],
  setting: {
    readonly target: Omit<ContenderTarget, 'port'>;
    readonly place: ContenderPlace;
    /** The right answer by request body. */
    readonly references: ReadonlyMap<string, string>;
    readonly countSubgraphRequests: () => Promise<number>;
    readonly stack: AsyncDisposableStack;
  },
): Promise<{ ready: ReadyContender[]; absences: Absence[] }> {
  const ready: ReadyContender[] = [];
  const absences: Absence[] = [];
  for (const contender of contenders) {
    try {
      const running = setting.stack.use(await startContender(contender, setting.target, setting.place));
      ready.push({ running, answers: await checkAnswers(running, queries, setting) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      console.error(`${contender.id} is not measured: ${reason}`);
      absences.push({ contender, reason });
    }
  }
  return { ready, absences };
}

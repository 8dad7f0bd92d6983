import type { ReadyContender } from '../contenders/line-up.ts';
import type { BenchOptions } from '../options.ts';
import type { BenchQuery } from '../queries.ts';
import type { CheckedAnswer } from './check-answers.ts';
import type { Measurement, Round } from './measurement.ts';
import { type LoadConditions, type Phase, runPhase } from './phase.ts';

/** The slowest contender must be able to keep up with the rate that is the same for all. */
const shareOfSlowest = 0.5;
const longestSeconds = 60;

/** A contender on a query, and what has been seen of it so far. */
interface Trial {
  readonly contender: ReadyContender;
  readonly query: BenchQuery;
  readonly checked: CheckedAnswer;
  readonly rounds: Round[];
}

/**
 * Measures everything in turn, A B C A B C, so that what disturbs the machine disturbs all.
 * @throws Error when a contender dies or answers nothing
 */
export async function measureAll(
  contenders: readonly ReadyContender[],
  queries: readonly BenchQuery[],
  { rounds, seconds, pacedRequests }: Pick<BenchOptions, 'rounds' | 'seconds' | 'pacedRequests'>,
  conditions: LoadConditions,
): Promise<Measurement[]> {
  const trials = queries.flatMap((query) => contenders.map((contender) => trialOf(contender, query)));
  const saturate = ({ contender, query, checked }: Trial) =>
    runPhase(
      contender.running,
      { kind: 'saturate', body: query.body, expectedBytes: checked.bytes, seconds },
      conditions,
    );
  const pace = ({ contender, query, checked }: Trial, requestsPerSecond: number) =>
    runPhase(
      contender.running,
      {
        kind: 'pace',
        body: query.body,
        expectedBytes: checked.bytes,
        seconds: Math.max(seconds, Math.min(pacedRequests / requestsPerSecond, longestSeconds)),
        requestsPerSecond,
      },
      conditions,
    );

  const slowest = new Map<string, number>();
  for (const trial of trials) {
    const rate = rateOf(await saturate(trial));
    say('warm-up', trial, `${rate.toFixed(0)} requests/s`);
    if (rate === 0) throw new Error(`${trial.contender.running.contender.name} answered nothing`);
    slowest.set(trial.query.id, Math.min(rate, slowest.get(trial.query.id) ?? rate));
  }
  const pacedRate = ({ query }: Trial) => Math.max(1, Math.floor((slowest.get(query.id) ?? 0) * shareOfSlowest));

  for (let round = 1; round <= rounds; round += 1) {
    for (const trial of trials) {
      const saturated = await saturate(trial);
      const paced = await pace(trial, pacedRate(trial));
      trial.rounds.push({ saturated, paced });
      const cpuMs = (saturated.cpuMs / saturated.answers).toFixed(3);
      say(`round ${round}`, trial, `${cpuMs} ms CPU a request, p99 ${paced.p99Ms.toFixed(1)} ms`);
    }
  }

  return trials.map((trial) => ({
    contenderId: trial.contender.running.contender.id,
    queryId: trial.query.id,
    checked: trial.checked,
    pacedRequestsPerSecond: pacedRate(trial),
    rounds: trial.rounds,
  }));
}

function trialOf(contender: ReadyContender, query: BenchQuery): Trial {
  const checked = contender.answers.get(query.id);
  if (!checked) throw new Error(`${query.id} of ${contender.running.contender.name} has not been checked`);
  return { contender, query, checked, rounds: [] };
}

function rateOf({ answers, elapsedMs }: Phase): number {
  return (answers * 1_000) / elapsedMs;
}

function say(stage: string, { contender, query }: Trial, words: string): void {
  console.log(`${stage}  ${query.id}  ${contender.running.contender.id}: ${words}`);
}

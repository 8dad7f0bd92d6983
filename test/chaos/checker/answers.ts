import type { Evidence, Violation } from './evidence.ts';
import { requestsOf } from './requests.ts';

const RULE = 'whoever goes on asking is answered';

const ANSWERS = new Set(['placed', 'key-reused', 'refused']);

/**
 * Clients ask for every order until they are told of it, also when nothing is harmed any more: a key that has had no answer by then
 * never gets one. A cancellation is asked for during the harm only.
 */
export function checkAnswers({ log }: Evidence): Violation[] {
  const placings = requestsOf(log).filter((request) => request.act === 'place');
  return [...Map.groupBy(placings, ({ userId, key }) => `${userId} ${key}`).values()].flatMap((repeats) => {
    if (repeats.some(({ outcome }) => outcome !== undefined && ANSWERS.has(outcome.kind))) return [];
    const last = repeats.at(-1);
    const reason = last?.outcome?.kind === 'failed' ? last.outcome.reason : 'nothing';
    return [{ rule: RULE, detail: `key ${last?.key} was sent ${repeats.length} times, and last told ${reason}` }];
  });
}

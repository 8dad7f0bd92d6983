import type { Evidence, Violation } from './evidence.ts';
import { requestsOf } from './requests.ts';

const RULE = 'nothing is refused without a reason';

/** Prices and products stay as they are during a run, so nobody is to be told that they changed. */
export function checkRefusals({ log }: Evidence): Violation[] {
  return requestsOf(log).flatMap(({ outcome, ...request }) =>
    outcome?.kind === 'refused' && request.act === 'place'
      ? [{ rule: RULE, detail: `key ${request.key} was refused with ${outcome.code}` }]
      : [],
  );
}

import type { Evidence, Violation } from './evidence.ts';
import { requestsOf } from './requests.ts';

const RULE = 'whoever is turned away is told why';

/** What clients are told of a defect: every outage has a code of its own. */
const DEFECT = 'INTERNAL_SERVER_ERROR';

/** Prices and products stay as they are during a run, so nobody is to be told that they changed; and nobody is to be told of a defect. */
export function checkRefusals({ log }: Evidence): Violation[] {
  return requestsOf(log).flatMap(({ outcome, ...request }) => {
    const what = request.act === 'place' ? `key ${request.key}` : `the cancellation of ${request.orderId}`;
    if (outcome?.kind === 'refused') return [{ rule: RULE, detail: `${what} was refused with ${outcome.code}` }];
    const isDefect = outcome?.kind === 'failed' && outcome.reason === DEFECT;
    return isDefect ? [{ rule: RULE, detail: `${what} failed with ${DEFECT}` }] : [];
  });
}

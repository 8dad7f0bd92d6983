import type { ConcurrencyLimit } from '../concurrency/concurrency-limit.ts';
import { CodedError } from '../errors/coded-error.ts';
import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { errorResponse } from './error-response.ts';
import { prepareResponse, type RecalledResponse } from './prepared-response.ts';
import type { HeaderList } from './security-headers.ts';

/** Runs a request if there is room for it, and answers 503 otherwise. */
export type Admission = <T>(run: () => Promise<T>) => Promise<T | RecalledResponse>;

const RETRY_AFTER_SECONDS = 1;

/** Lets requests in within a limit. A refusal is made once: it has to cost next to nothing, since many are sent when time is short. */
export function createAdmission(
  limit: ConcurrencyLimit,
  { logger, defaultHeaders }: { logger: Logger; defaultHeaders: HeaderList },
): Admission {
  const overload = new CodedError('OVERLOADED', 'There is more to do than can be done: come back later', {
    extensions: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
  const headers = [['retry-after', String(RETRY_AFTER_SECONDS)]] as const;
  const { body, ...response } = errorResponse(overload, { logger, requestId: '', headers });
  const prepared = prepareResponse({ ...response, body: Buffer.from(String(body)) }, defaultHeaders);
  const refusal: RecalledResponse = { prepared, ownHead: [] };
  const report = createFailureLog({ logger, component: 'concurrency limit' });

  return async (run) => {
    const ticket = limit.tryEnter();
    if (!ticket) {
      report(overload);
      return refusal;
    }
    try {
      return await run();
    } finally {
      limit.leave(ticket);
    }
  };
}

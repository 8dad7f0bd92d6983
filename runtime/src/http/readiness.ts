import type { Logger } from '../logging/logger.ts';
import { type HttpResponse, jsonResponse } from './http-message.ts';

/** One thing a service depends on. `why` is for operators: it names the part, never a secret. */
export interface ReadinessCheck {
  readonly isOk: boolean;
  readonly why?: string;
}

/** Whether a service can serve. A failed check that it can live without (one replica of several) leaves `isReady` true. */
export interface Readiness {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
}

/** Asks for readiness within a limit, because a probe that hangs tells its caller nothing. */
export async function readinessResponse(
  isReady: () => Promise<Readiness>,
  { limitMs, logger }: { limitMs: number; logger: Logger },
): Promise<HttpResponse> {
  const limit = Promise.withResolvers<Readiness>();
  const timer = setTimeout(() => limit.resolve(unready('readiness', `no answer in ${limitMs} ms`)), limitMs);
  try {
    return describe(await Promise.race([isReady(), limit.promise]));
  } catch (error) {
    logger.error({ err: error }, 'the readiness check failed');
    return describe(unready('readiness', 'the check failed, see the log'));
  } finally {
    clearTimeout(timer);
  }
}

/** The answer of a service that is draining: load balancers take it out while its last requests end. */
export function stoppingResponse(): HttpResponse {
  return describe(unready('lifecycle', 'stopping'));
}

function unready(check: string, why: string): Readiness {
  return { isReady: false, checks: { [check]: { isOk: false, why } } };
}

function describe(readiness: Readiness): HttpResponse {
  return jsonResponse(readiness.isReady ? 200 : 503, readiness);
}

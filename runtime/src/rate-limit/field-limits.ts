import { CodedError } from '../errors/coded-error.ts';
import type { CallWindow } from './call-window.ts';
import type { WithoutStore } from './leased-bucket.ts';

/** Where calls of limited fields are counted. */
export interface FieldLimits {
  readonly window: CallWindow;
}

/**
 * A window that goes on while the one that processes share is away.
 * @returns what throws CodedError RATE_LIMITER_UNAVAILABLE where nobody is to be admitted then
 */
export function withFallback(
  shared: CallWindow,
  { local, withoutStore }: { local: CallWindow; withoutStore: WithoutStore },
): CallWindow {
  return {
    async record(key, rule) {
      try {
        return await shared.record(key, rule);
      } catch (error) {
        if (withoutStore === 'share') return local.record(key, rule);
        if (withoutStore === 'open') return { isAdmitted: true, retryAfterMs: 0 };
        throw new CodedError('RATE_LIMITER_UNAVAILABLE', 'Nobody can tell how often this field was called', {
          extensions: { retryAfterSeconds: 1 },
          cause: error,
        });
      }
    },
  };
}

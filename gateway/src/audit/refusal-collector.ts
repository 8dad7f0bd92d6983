import { randomUUID } from 'node:crypto';
import type { AnswerError } from '../execution/failure-log.ts';
import type { GatewayContext } from '../gateway-context.ts';

/** What somebody was refused, and how often since it was last told. */
export interface CollectedRefusal {
  readonly viewerId: string | null;
  readonly code: string;
  /** In the client's names, with `@` for an item of a list. */
  readonly path: string;
  /** Of the first. */
  readonly requestId: string;
  times: number;
}

/** Refusals that are told together; one that is told again has the same id. */
export interface RefusalBatch {
  readonly batchId: string;
  readonly refusals: readonly CollectedRefusal[];
}

export interface RefusalCollectorOptions {
  /** Resolves when the other side has the batch for good. */
  readonly send: (batch: RefusalBatch) => Promise<void>;
  /** Told of batches that could not be sent yet, and of how many refusals were too many to be told one by one. */
  readonly onError: (error: Error) => void;
  readonly intervalMs?: number;
}

export interface RefusalCollector {
  /** Notes the errors of an answer that say that its viewer may not see or do something. Costs no request more than that. */
  observe(context: Pick<GatewayContext, 'viewer' | 'requestId'>, errors: readonly AnswerError[]): void;
  /** Tells what is left, once. */
  stop(): Promise<void>;
}

const REFUSALS: ReadonlySet<unknown> = new Set(['UNAUTHORIZED_FIELD_OR_TYPE', 'FORBIDDEN', 'LOGIN_THROTTLED']);
/** As many different ones are kept between two batches, whoever asks for whatever; the others are only counted. */
const MAX_DIFFERENT = 500;
const MAX_PATH_LENGTH = 300;
const MAX_REQUEST_ID_LENGTH = 200;

/**
 * Gathers what clients were refused, and tells it in batches: no request waits for that, and nobody fills memory by being refused.
 * A process that dies loses what the last moment brought.
 */
export function createRefusalCollector({
  send,
  onError,
  intervalMs = 1_000,
}: RefusalCollectorOptions): RefusalCollector {
  let collected = new Map<string, CollectedRefusal>();
  let uncounted = 0;
  let pending: RefusalBatch | undefined;
  let sending: Promise<void> | undefined;

  async function flush(): Promise<void> {
    if (uncounted > 0) onError(new Error(`${uncounted} refusals were too many to be told one by one`));
    uncounted = 0;
    if (pending === undefined && collected.size > 0) {
      pending = { batchId: randomUUID(), refusals: [...collected.values()] };
      collected = new Map();
    }
    if (pending === undefined) return;
    try {
      await send(pending);
      pending = undefined;
    } catch (cause) {
      onError(new Error('refusals cannot be told at the moment, and will be', { cause }));
    }
  }

  const flushInTurn = (): Promise<void> => {
    sending ??= flush().finally(() => {
      sending = undefined;
    });
    return sending;
  };
  const timer = setInterval(() => void flushInTurn(), intervalMs);
  timer.unref();

  return {
    observe({ viewer, requestId }, errors) {
      for (const { extensions, path = [] } of errors) {
        const { code } = extensions;
        if (typeof code !== 'string' || !REFUSALS.has(code)) continue;
        const place = path.map((step) => (typeof step === 'number' ? '@' : step)).join('.');
        const refusal = {
          viewerId: viewer?.userId ?? null,
          code,
          path: place.slice(0, MAX_PATH_LENGTH),
          requestId: requestId.slice(0, MAX_REQUEST_ID_LENGTH),
        };
        const key = JSON.stringify([refusal.viewerId, code, refusal.path]);
        const known = collected.get(key);
        if (known) known.times += 1;
        else if (collected.size < MAX_DIFFERENT) collected.set(key, { ...refusal, times: 1 });
        else uncounted += 1;
      }
    },
    async stop() {
      clearInterval(timer);
      await sending;
      await flushInTurn();
    },
  };
}

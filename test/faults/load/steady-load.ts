import type { Operation } from './operation.ts';
import { allMissing, type MissingPart, missingParts, type Sample } from './sample.ts';

/** What each request says that it waits for; shorter than what is slow is slow by. */
export const CLIENT_TIMEOUT_MS = 1_800;
/** A request that is not answered by then has been forgotten, whatever its parts do. */
const PATIENCE_MS = CLIENT_TIMEOUT_MS + 1_500;

/** Requests that are sent at a constant rate, however long the answers take. */
export interface SteadyLoad {
  /** What came of the requests that were sent within a time and are over, `performance.now()` from and to. */
  samplesBetween(fromMs: number, toMs: number): Sample[];
  readonly perSecond: number;
  /** How many of those that were sent before a time are not over. */
  pendingSince(beforeMs: number): number;
  /** Sends no more, and waits for those that are under way. */
  stop(): Promise<void>;
}

export interface SteadyLoadOptions {
  /** Take turns. */
  readonly operations: readonly Operation[];
  /** Of gateways, without a path; take turns. */
  readonly urls: readonly string[];
  readonly perSecond: number;
}

/** Begins at once; the caller stops it. */
export function startSteadyLoad({ operations, urls, perSecond }: SteadyLoadOptions): SteadyLoad {
  const samples: Sample[] = [];
  const underWay = new Map<Promise<void>, number>();
  const startedAtMs = performance.now();
  let sent = 0;

  function sendNext(): void {
    const round = Math.floor(sent / operations.length);
    const operation = operations[sent % operations.length];
    // Turns of operations and of gateways must not coincide.
    const url = urls[(sent + round) % urls.length];
    sent += 1;
    if (!operation || url === undefined) throw new Error('there is nothing to ask for, or nobody to ask');
    const sentAtMs = performance.now();
    const sending = send(url, operation, round).then((missing) => {
      samples.push({ operation: operation.name, sentAtMs, tookMs: performance.now() - sentAtMs, missing });
      underWay.delete(sending);
    });
    underWay.set(sending, sentAtMs);
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAtMs) * perSecond) / 1_000);
    while (sent < due) sendNext();
  }, 5);

  return {
    perSecond,
    samplesBetween: (fromMs, toMs) => samples.filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs < toMs),
    pendingSince: (beforeMs) => [...underWay.values()].filter((sentAtMs) => sentAtMs < beforeMs).length,
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay.keys());
    },
  };
}

async function send(url: string, operation: Operation, index: number): Promise<readonly MissingPart[]> {
  const { token, query } = operation;
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-tributary-timeout-ms': String(CLIENT_TIMEOUT_MS),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables: operation.variables(index) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return missingParts(operation, await response.text());
  } catch (error) {
    return allMissing(operation, error instanceof Error && error.name === 'TimeoutError' ? 'NO_ANSWER' : 'CUT');
  }
}

import type { KeyReader } from './key-source.ts';
import type { TokenAlgorithm } from './token-algorithm.ts';
import { parseVerificationKeys, type VerificationKey } from './verification-key.ts';

export interface KeyRingOptions {
  reader: KeyReader;
  /** Those of keys that count. */
  algorithms: readonly TokenAlgorithm[];
  /** How often the keys are read without being missed, so that a withdrawn one is noticed. */
  refreshIntervalMs: number;
  /** From the end of a reading for a token with an unknown key to the next one, however many such tokens arrive. */
  pauseMs: number;
  /** Called after keys were exchanged; what a withdrawn one has verified no longer counts. */
  onChange: () => void;
  /** Told of a reading that failed; the keys stay as they were. */
  onError: (error: unknown) => void;
}

/** The keys that verify access tokens, as they change. */
export interface KeyRing {
  /**
   * The keys that may have signed a token with this header. Where `isNamed`, the header names them and no other can have.
   */
  find(header: TokenHeader): { keys: readonly VerificationKey[]; isNamed: boolean };
  /**
   * Reads the keys again; all who ask meanwhile share the reading.
   * @throws Error when they cannot be had
   */
  refresh(): Promise<void>;
  /**
   * Reads the keys again for a token whose key is unknown, as `refresh` does. Within the pause after such a reading none is started:
   * they are as they were. Readings that no token started have no pause, so that a key that is new just after one is found.
   * @throws Error when they cannot be had, or could not be a moment ago
   */
  refreshForUnknown(): Promise<void>;
  stop(): Promise<void>;
}

/** The part of a token's header that says how it is signed. */
export interface TokenHeader {
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
}

/** Makes a ring without keys, which the first `refresh` brings. */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { reader, algorithms } = options;
  let isStopped = false;
  let keys: readonly VerificationKey[] = [];
  let loadedText: string | undefined;
  let isReading = false;
  let notBeforeMs = 0;
  let latest: Promise<void> = Promise.resolve();

  async function load(): Promise<void> {
    try {
      const texts = await reader.read();
      const text = JSON.stringify(texts);
      if (text === loadedText) return;
      keys = (await Promise.all(texts.map((each) => parseVerificationKeys(each, algorithms)))).flat();
      loadedText = text;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`cannot read a public key from ${reader.name}: ${reason}`, { cause: error });
    }
    options.onChange();
  }

  async function read(pauseMs: number): Promise<void> {
    isReading = true;
    try {
      await load();
    } finally {
      isReading = false;
      notBeforeMs = Math.max(notBeforeMs, performance.now() + pauseMs);
    }
  }

  /** Shares the reading that runs, or else starts one. */
  function refresh(pauseMs = 0): Promise<void> {
    if (!isReading) {
      latest = read(pauseMs);
      // Who asks within the pause is told of it, if anybody does.
      latest.catch(() => undefined);
    }
    return latest;
  }

  const timer = setInterval(() => {
    refresh().catch((error: unknown) => {
      if (!isStopped) options.onError(error);
    });
  }, options.refreshIntervalMs);
  timer.unref();

  return {
    find({ alg, kid }) {
      const candidates = keys.filter(({ algorithm }) => algorithm === alg);
      const named = candidates.filter(({ id }) => id === kid);
      if (named.length > 0) return { keys: named, isNamed: true };
      // A key without a name may be known to the issuer by any.
      return { keys: candidates.filter(({ isNamed }) => kid === undefined || !isNamed), isNamed: false };
    },
    refresh: () => refresh(),
    refreshForUnknown: () => (performance.now() < notBeforeMs ? latest : refresh(options.pauseMs)),
    async stop() {
      clearInterval(timer);
      isStopped = true;
      await reader.stop();
    },
  };
}

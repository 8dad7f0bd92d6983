import { CodedError } from '@tributary/runtime/errors/coded-error';
import { StartError } from '@tributary/runtime/lifecycle/start-error';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { LRUCache } from 'lru-cache';
import {
  DEFAULT_CLOCK_TOLERANCE_S,
  type TokenRules,
  tokenExpired,
  type VerifiedToken,
  verifyAccessToken,
} from './access-token.ts';
import { createKeyRing } from './key-ring.ts';
import { createKeyReader, type KeySource } from './key-source.ts';
import { RecentTokens, type TokenFinding } from './recent-tokens.ts';
import type { Revocations } from './revocations.ts';
import { TokenViewer } from './token-viewer.ts';

/** Which tokens count. */
export interface TokenOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySource;
  /** EdDSA unless told. */
  readonly algorithms?: TokenRules['algorithms'];
  /** 5 unless told. */
  readonly clockToleranceS?: number;
}

export interface TokenVerifierOptions {
  readonly tokens: TokenOptions;
  /** Without it a token is good until it expires. */
  readonly revocations?: Revocations | undefined;
  readonly logger: Logger;
  /** The clock; `Date.now` unless told. */
  readonly nowMs?: () => number;
  /** How often the keys are read without being missed; a withdrawn key counts for so long at most. Unless told 10 s, 5 min for a URL. */
  readonly keysRefreshMs?: number;
  /** From one reading of the keys to the next, however many tokens name unknown ones: they are refused meanwhile; 1 s unless told. */
  readonly keysPauseMs?: number;
}

/** Turns access tokens into viewers. */
export interface TokenVerifier {
  /**
   * The viewer of a token that was verified before and counts now, at once. `undefined` says nothing of a token: `verify` does.
   * @throws CodedError SUBGRAPH_UNAVAILABLE when nobody can say whether its session has ended
   */
  recall(token: string): Viewer | undefined;
  /**
   * The viewer that a token speaks for.
   * @throws CodedError TOKEN_EXPIRED, TOKEN_INVALID, SUBGRAPH_UNAVAILABLE as `verifyAccessToken`; TOKEN_INVALID also when the
   *   session has ended, SUBGRAPH_UNAVAILABLE also when nobody can say whether it has
   */
  verify(token: string): Promise<Viewer>;
  stop(): Promise<void>;
}

interface RememberedToken extends VerifiedToken, TokenFinding {
  /** The last of the revocations' revisions at which its session had not ended. */
  aliveAt: number;
}

/** Verifying an Ed25519 signature costs some 100 us, and a front end sends the same token with every request. */
const REMEMBERED_TOKENS = 10_000;
const REMEMBERED_BYTES = 16 * 1024 * 1024;
/** Of the viewer, its scopes and the entry. */
const ENTRY_BYTES = 1_024;
/** Issuers give few different ones; those of which there is none here only are not shared. */
const REMEMBERED_SCOPE_LISTS = 1_000;

const FILES_REFRESH_MS = 10_000;
const URL_REFRESH_MS = 5 * 60_000;
const KEYS_PAUSE_MS = 1_000;

/**
 * Verifies tokens, and remembers those that were good until they expire, their session ends or the keys change.
 * @throws StartError when a key file cannot be used; keys that are published elsewhere need not be there yet
 */
export async function createTokenVerifier(options: TokenVerifierOptions): Promise<TokenVerifier> {
  const { tokens, revocations, logger, nowMs = Date.now } = options;
  const rules: TokenRules = { algorithms: ['EdDSA'], clockToleranceS: DEFAULT_CLOCK_TOLERANCE_S, ...tokens };
  const isPublished = 'jwksUrl' in tokens.keys;
  const reportFailure = createFailureLog({ logger, component: 'access token keys' });
  const remembered = new RecentTokens<RememberedToken>({
    limit: REMEMBERED_TOKENS,
    limitBytes: REMEMBERED_BYTES,
    bytesOf: (token) => ENTRY_BYTES + token.length,
  });
  const scopeLists = new LRUCache<string, readonly string[]>({ max: REMEMBERED_SCOPE_LISTS });
  let keysVersion = 0;
  const keys = createKeyRing({
    reader: createKeyReader(tokens.keys),
    algorithms: rules.algorithms,
    refreshIntervalMs: options.keysRefreshMs ?? (isPublished ? URL_REFRESH_MS : FILES_REFRESH_MS),
    pauseMs: options.keysPauseMs ?? KEYS_PAUSE_MS,
    onChange() {
      keysVersion += 1;
      remembered.clear();
    },
    onError: reportFailure,
  });

  async function verifyAnew(token: string): Promise<RememberedToken> {
    const version = keysVersion;
    const { viewer, expiresAtMs } = await verifyAccessToken(token, { keys, rules, nowMs: nowMs() });
    const verified: RememberedToken = {
      token,
      viewer: new TokenViewer({ ...viewer, scopes: shared(viewer.scopes) }),
      expiresAtMs,
      aliveAt: -1,
    };
    // Its key may be one that was withdrawn meanwhile.
    if (version === keysVersion) remembered.remember(verified);
    return verified;
  }

  /** A look at what is known of its session is a look into memory that no request before has had for long. */
  function isAlive(token: RememberedToken): boolean {
    if (!revocations) return true;
    const revision = revocations.revision();
    if (token.aliveAt === revision) return true;
    if (revocations.isRevoked(token.viewer.sessionId)) return false;
    token.aliveAt = revision;
    return true;
  }

  /** The one list for all viewers with the same scopes: what is decided about it holds for all of them. */
  function shared(scopes: readonly string[]): readonly string[] {
    const key = JSON.stringify(scopes);
    const known = scopeLists.get(key) ?? scopes;
    scopeLists.set(key, known);
    return known;
  }

  const loaded = keys.refresh();
  if (isPublished) {
    loaded.catch(reportFailure);
  } else {
    await loaded.catch(async (error: Error) => {
      await keys.stop();
      throw new StartError(error.message, { cause: error });
    });
  }

  return {
    recall(token) {
      const known = remembered.find(token);
      return known && known.expiresAtMs > nowMs() && isAlive(known) ? known.viewer : undefined;
    },
    async verify(token) {
      const verified = remembered.find(token) ?? (await verifyAnew(token));
      if (verified.expiresAtMs <= nowMs()) throw tokenExpired();
      if (!isAlive(verified)) throw new CodedError('TOKEN_INVALID', 'The session of this access token has ended');
      return verified.viewer;
    },
    stop: () => keys.stop(),
  };
}

/** How long a server waits for its clients. */
export interface HttpTimeouts {
  /** From the first byte of a request, or the connection where there is none, to the end of its headers. */
  readonly headersMs: number;
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
  /** From the end of an answer to the next request on its connection. */
  readonly keepAliveMs: number;
  /** How often the first two are looked at. */
  readonly checkIntervalMs: number;
}

/**
 * Slow senders are cut off; an idle connection outlives the 60 s that load balancers keep theirs, so that they, not we, close it and
 * no request meets a closing socket.
 */
export const defaultTimeouts: HttpTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  checkIntervalMs: 5_000,
};

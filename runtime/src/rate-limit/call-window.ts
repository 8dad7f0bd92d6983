/** How often something may be called: by one client, in any time as long as the window. */
export interface CallRule {
  readonly max: number;
  readonly windowMs: number;
}

/** What became of a call. */
export interface CallOutcome {
  readonly isAdmitted: boolean;
  /** When the next call can be admitted; 0 for one that is. */
  readonly retryAfterMs: number;
}

/** Counts calls in windows that slide. */
export interface CallWindow {
  /**
   * Decides about a call and, if it is admitted, counts it, in one step.
   * @throws Error when that cannot be known within a small time; it may have been counted
   */
  record(key: string, rule: CallRule): Promise<CallOutcome>;
}

/** Whose tokens were spent: of the bucket that all share, of this process's share, or none. */
export type Payer = 'store' | 'share' | 'nobody';

/** Whether a client may go on. */
export type Verdict = Admission | Refusal;

export interface Admission {
  readonly isAdmitted: true;
  readonly paidBy: Payer;
}

export interface Refusal {
  readonly isAdmitted: false;
  /** Its tokens are spent; or nobody knows, and the limiter was told to refuse then. */
  readonly why: 'spent' | 'unknown';
  /** When it is worth to come back. */
  readonly retryAfterMs: number;
}

export const ADMITTED: Readonly<Record<Payer, Admission>> = {
  store: { isAdmitted: true, paidBy: 'store' },
  share: { isAdmitted: true, paidBy: 'share' },
  nobody: { isAdmitted: true, paidBy: 'nobody' },
};

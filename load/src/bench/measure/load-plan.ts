import type { CallerSecrets } from '../contenders/request-headers.ts';

/** What a load process is told, as JSON on its command line. */
export type LoadPlan =
  | { readonly kind: 'saturate'; readonly body: string; readonly expectedBytes: number; readonly seconds: number }
  | {
      readonly kind: 'pace';
      readonly body: string;
      readonly expectedBytes: number;
      readonly seconds: number;
      readonly requestsPerSecond: number;
    }
  /** Every request is another operation. */
  | { readonly kind: 'distinct'; readonly operations: number; readonly seconds: number };

/** A plan and whom it is for. */
export type LoadOrder = LoadPlan &
  CallerSecrets & {
    readonly port: number;
    readonly connections: number;
  };

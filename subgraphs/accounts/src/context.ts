import type { AnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { AccountsLoaders } from './loaders.ts';

/** What every resolver of one request is given. */
export interface AccountsContext {
  viewer: Viewer | null;
  /** The IP address of the gateway's client, if it is known. */
  clientAddress: string | undefined;
  /** Of the whole request. */
  idempotencyKey: string | undefined;
  answerPolicy: AnswerPolicy;
  loaders: AccountsLoaders;
}

import type { AnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { ReviewsLoaders } from './loaders.ts';

/** What the resolvers of one request share. */
export interface ReviewsContext {
  readonly viewer: Viewer | null;
  readonly requestId: string;
  /** Of the whole request. */
  readonly idempotencyKey: string | undefined;
  readonly answerPolicy: AnswerPolicy;
  readonly loaders: ReviewsLoaders;
}

import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { ReviewsLoaders } from './loaders.ts';

/** What the resolvers of one request share. */
export interface ReviewsContext {
  readonly viewer: Viewer | null;
  readonly requestId: string;
  readonly loaders: ReviewsLoaders;
}

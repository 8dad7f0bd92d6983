import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { AccountsLoaders } from './loaders.ts';

/** What every resolver of one request is given. */
export interface AccountsContext {
  viewer: Viewer | null;
  loaders: AccountsLoaders;
}

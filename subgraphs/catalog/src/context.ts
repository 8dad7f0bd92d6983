import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { type CatalogLoaders, type CatalogRepositories, createLoaders } from './loaders.ts';

/** What the resolvers of one request share. */
export interface CatalogContext {
  readonly viewer: Viewer | null;
  readonly requestId: string;
  readonly loaders: CatalogLoaders;
}

export function makeContext(
  { viewer, requestId }: { viewer: Viewer | null; requestId: string },
  repositories: CatalogRepositories,
): CatalogContext {
  return { viewer, requestId, loaders: createLoaders(repositories) };
}

import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { createLoaders, type InventoryLoaders } from './loaders.ts';
import type { StockRepository } from './stock-repository.ts';

/** What the resolvers of one request share. */
export interface InventoryContext {
  readonly viewer: Viewer | null;
  readonly requestId: string;
  readonly loaders: InventoryLoaders;
}

export function makeContext(
  { viewer, requestId }: { viewer: Viewer | null; requestId: string },
  repositories: { stock: StockRepository },
): InventoryContext {
  return { viewer, requestId, loaders: createLoaders(repositories) };
}

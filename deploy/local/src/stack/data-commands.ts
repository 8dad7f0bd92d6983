import { join } from 'node:path';
import { checkoutDirectory } from './checkout.ts';

/** Commands that reach the data of one stack, as a person types them in the checkout. */
export interface DataCommands {
  /** Forgets the data. */
  readonly reset: string;
  /** Shows where the logical shards are; `move` in place of `status` moves them. */
  readonly shards: string;
}

/**
 * The commands for a stack that keeps its data in `directory`. They name the folder only where they would not find it.
 *
 * @param directory an absolute path
 * @param usualDirectory where a stack keeps its data when nobody says
 */
export function dataCommands(directory: string, usualDirectory: string): DataCommands {
  // The commands of prisma/ know the checkout alone, and so also need to be told of a usual folder elsewhere.
  const isInCheckout = directory === join(checkoutDirectory, '.tributary');
  const file = `TRIBUTARY_DATABASES_FILE=${quote(join(directory, 'databases.json'))} `;
  return {
    reset: directory === usualDirectory ? 'npm run reset' : `npm run reset -- --data ${quote(directory)}`,
    shards: `${isInCheckout ? '' : file}npm run shards -- status`,
  };
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

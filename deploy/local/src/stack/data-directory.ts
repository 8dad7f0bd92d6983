import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { canReach, serverAccount } from '../postgres/server-account.ts';
import { checkoutDirectory } from './checkout.ts';

/**
 * Where the stack keeps its data when nobody says: `.tributary/` in the checkout. Postgres refuses to be root, so when root's
 * checkout is closed to the user it runs as (below /root, say), a folder below /var/lib that belongs to this checkout.
 *
 * @throws LocalStackError `ACCOUNT_MISSING`
 */
export async function defaultDataDirectory(): Promise<string> {
  const isReachable = await canReach(checkoutDirectory, await serverAccount());
  return isReachable ? join(checkoutDirectory, '.tributary') : join('/var/lib/tributary', nameOf(checkoutDirectory));
}

function nameOf(checkout: string): string {
  return createHash('sha256').update(checkout).digest('hex').slice(0, 12);
}

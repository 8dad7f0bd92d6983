import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/**
 * What a Prisma client takes, on connections that belong to somebody else and may change: every statement and every transaction
 * goes to those of that moment. A transaction stays where it began.
 *
 * @param current throws when there are none
 */
export function createSwitchingAdapter(current: () => SqlDriverAdapter): SqlDriverAdapterFactory {
  const provider = 'postgres';
  const adapterName = 'switching';
  return {
    provider,
    adapterName,
    connect: async () => ({
      provider,
      adapterName,
      queryRaw: async (query) => current().queryRaw(query),
      executeRaw: async (query) => current().executeRaw(query),
      executeScript: async (script) => current().executeScript(script),
      startTransaction: async (isolationLevel) => current().startTransaction(isolationLevel),
      getConnectionInfo: () => ({ supportsRelationJoins: true }),
      dispose: async () => undefined,
    }),
  };
}

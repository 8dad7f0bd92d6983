import type { Databases } from '@tributary/prisma/clients/databases';

/** One new id of a logical shard. */
export async function newId(databases: Databases, logicalShard: number): Promise<bigint> {
  const [id] = await databases.newIds(logicalShard, 1);
  if (id === undefined) throw new Error(`logical shard ${logicalShard} gave no id`);
  return id;
}

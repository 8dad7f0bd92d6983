import type { Databases } from '@tributary/prisma/clients/databases';
import { sql } from '@tributary/prisma/sql/sql-fragment';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';

export interface CategoryRow {
  readonly id: bigint;
  readonly parentId: bigint | null;
  readonly slug: string;
  readonly name: string;
}

const columns = sql`category.id, category.parent_id AS "parentId", category.slug, category.name`;

/** The tree of categories, in the catalog. */
export class CategoryRepository {
  readonly #databases: Pick<Databases, 'catalog'>;

  constructor(databases: Pick<Databases, 'catalog'>) {
    this.#databases = databases;
  }

  findByIds(ids: readonly bigint[]): Promise<CategoryRow[]> {
    return this.#databases.catalog().$queryRaw<CategoryRow[]>`
      SELECT ${columns} FROM categories AS category WHERE category.id = ANY(${ids}::bigint[])`;
  }

  /** The top of the tree, in order. */
  findRoots(): Promise<CategoryRow[]> {
    return this.#databases.catalog().$queryRaw<CategoryRow[]>`
      SELECT ${columns} FROM categories AS category WHERE category.parent_id IS NULL ORDER BY category.position`;
  }

  /** What is right below these categories, in order. */
  findChildren(parentIds: readonly bigint[]): Promise<CategoryRow[]> {
    return this.#databases.catalog().$queryRaw<CategoryRow[]>`
      SELECT ${columns} FROM categories AS category
      WHERE category.parent_id = ANY(${parentIds}::bigint[])
      ORDER BY category.parent_id, category.position`;
  }

  /** The ids of these categories and of all above them. UNION: a tree that somebody bent into a circle would never end. */
  async findPathIds(tx: SqlTransaction, ids: readonly bigint[]): Promise<bigint[]> {
    const rows = await tx.$queryRaw<{ id: bigint }[]>`
      WITH RECURSIVE path AS (
        SELECT category.id, category.parent_id FROM categories AS category WHERE category.id = ANY(${ids}::bigint[])
        UNION
        SELECT category.id, category.parent_id FROM path JOIN categories AS category ON category.id = path.parent_id
      )
      SELECT id FROM path`;
    return rows.map(({ id }) => id);
  }

  /** The categories whose name has the words, in order of their names. The tree is small: it needs no index for that. */
  search(text: string, limit: number): Promise<CategoryRow[]> {
    return this.#databases.catalog().$queryRaw<CategoryRow[]>`
      SELECT ${columns} FROM categories AS category
      WHERE to_tsvector('english', category.name) @@ websearch_to_tsquery('english', ${text})
      ORDER BY category.name, category.id LIMIT ${limit}::integer`;
  }

  /** Whether there is such a category, which stays until the transaction ends. */
  async lock(tx: SqlTransaction, id: bigint): Promise<boolean> {
    const rows = await tx.$queryRaw<unknown[]>`SELECT id FROM categories WHERE id = ${id}::bigint FOR KEY SHARE`;
    return rows.length > 0;
  }
}

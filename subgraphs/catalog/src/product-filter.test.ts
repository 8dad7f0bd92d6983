import { describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { join } from '@tributary/prisma/sql/sql-fragment';
import { conditionsOf, type ProductFilter } from './product-filter.ts';

const categoryId = composeId({ timeMs: ID_EPOCH_MS, logicalShard: CATALOG_LOGICAL_SHARD, sequence: 7 });
const statementOf = (filter: ProductFilter) => join(conditionsOf(filter), ' AND ');

describe('the conditions of a product filter', () => {
  it('let through everything on sale, and nothing else, without a filter', () => {
    expect(statementOf({}).sql).toBe("product.status = 'ACTIVE'");
    expect(statementOf({ text: null, categoryId: null, minPriceMinorUnits: null }).sql).toBe(
      "product.status = 'ACTIVE'",
    );
  });

  it('hold together, one for each field, with every value apart from the text', () => {
    const { sql, values } = statementOf({
      text: " it's ' OR true -- ",
      categoryId: encodeId('category', categoryId),
      merchantId: encodeId('user', 8n),
      minPriceMinorUnits: 0,
      maxPriceMinorUnits: 9_007_199_254_740_991,
    });
    expect(values).toEqual(["it's ' OR true --", categoryId, 8n, 0n, 9_007_199_254_740_991n]);
    expect(sql).not.toContain('OR true');
    expect(sql.match(/ AND /g)).toHaveLength(5);
  });

  it('do without words when there are only spaces', () => {
    expect(statementOf({ text: '   ' }).values).toEqual([]);
  });

  it('refuse an id of another type, and a text that no search box sends', () => {
    expect(() => conditionsOf({ categoryId: encodeId('product', categoryId) })).toThrow('expected a category id');
    expect(() => conditionsOf({ text: 'x'.repeat(201) })).toThrow('filter.text');
  });
});

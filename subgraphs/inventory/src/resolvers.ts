import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { Money } from '@tributary/prisma/money/money';
import type { SubgraphResolvers } from '@tributary/runtime/graphql/subgraph-resolvers';
import { requireViewer } from '@tributary/runtime/viewer/guards';
import { GraphQLCountryCode, GraphQLCurrency, GraphQLSafeInt, GraphQLUUID } from 'graphql-scalars';
import { type AdjustStockDependencies, type AdjustStockInput, adjustStock } from './adjust-stock.ts';
import type { InventoryContext } from './context.ts';
import { shippingCostMinor } from './shipping-rates.ts';
import { requireStockAccess } from './stock-access.ts';

/** A product as the gateway refers to it. The catalog's fields come with it when a field that requires them is asked for. */
interface ProductReference {
  readonly id: string;
  readonly weightGrams?: number;
  readonly price?: Money;
}

interface Stock {
  readonly merchantId: bigint | null;
  readonly available: number;
  readonly reserved: number;
}

// A product that was published a moment ago, or that does not exist: which of them is for the catalog to say.
const noStock: Stock = { merchantId: null, available: 0, reserved: 0 };

/** The resolvers of inventory. A product is its reference. */
export function createResolvers(dependencies: AdjustStockDependencies): SubgraphResolvers<InventoryContext> {
  return {
    SafeInt: GraphQLSafeInt,
    Currency: GraphQLCurrency,
    CountryCode: GraphQLCountryCode,
    UUID: GraphQLUUID,

    Mutation: {
      adjustStock: (_: unknown, { input }: { input: AdjustStockInput }, context: InventoryContext) =>
        adjustStock(dependencies, requireViewer(context.viewer), input, context.idempotencyKey),
    },

    Product: {
      // Async, so that an id of another type rejects: an error thrown at once would fail all entities of the request.
      __resolveReference: async (product: ProductReference): Promise<ProductReference> => ({
        ...product,
        id: encodeId('product', decodeId('product', product.id)),
      }),
      stock: async ({ id }: ProductReference, _: unknown, { loaders }: InventoryContext): Promise<Stock> =>
        (await loaders.stockByProductId.load(decodeId('product', id))) ?? noStock,
      shippingEstimate: ({ weightGrams, price }: ProductReference, { country }: { country: string }): Money => {
        if (weightGrams === undefined || price === undefined) throw new Error('the gateway sent no weight or no price');
        const { minorUnits, currency } = price;
        return { minorUnits: shippingCostMinor({ weightGrams, priceMinor: minorUnits }, country), currency };
      },
    },

    Stock: {
      isInStock: ({ available }: Stock) => available > 0,
      reserved: ({ merchantId, reserved }: Stock, _: unknown, { viewer }: InventoryContext) => {
        requireStockAccess(viewer, merchantId);
        return reserved;
      },
    },
  };
}

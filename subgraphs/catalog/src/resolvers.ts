import { timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { toMoney } from '@tributary/prisma/money/money';
import type { SubgraphResolvers } from '@tributary/runtime/graphql/subgraph-resolvers';
import { pageArguments, toConnection } from '@tributary/runtime/pagination/connection';
import { requireRole, requireViewer } from '@tributary/runtime/viewer/guards';
import { GraphQLCurrency, GraphQLDateTime, GraphQLPositiveInt, GraphQLSafeInt, GraphQLUUID } from 'graphql-scalars';
import type { CatalogEntities } from './cached-entities.ts';
import type { CategoryRow } from './category-repository.ts';
import type { CatalogContext } from './context.ts';
import { type ProductConnectionArguments, productConnection } from './product-connection.ts';
import type { ProductFilter } from './product-filter.ts';
import type { ProductRow } from './product-repository.ts';
import { type PublishProductDependencies, type PublishProductInput, publishProduct } from './publish-product.ts';
import { recentlyViewed } from './recently-viewed.ts';
import { type RecordProductViewInput, recordProductView, type ViewRecording } from './record-product-view.ts';
import { search } from './search.ts';
import { type UpdateProductInput, updateProduct } from './update-product.ts';

interface Reference {
  readonly id: string;
}

interface PageInput {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** The resolvers of the catalog. A product and a category are their rows; a user is its reference. */
export function createResolvers(
  dependencies: PublishProductDependencies & { views: ViewRecording; cached?: CatalogEntities | undefined },
): SubgraphResolvers<CatalogContext> {
  return {
    DateTime: GraphQLDateTime,
    SafeInt: GraphQLSafeInt,
    Currency: GraphQLCurrency,
    UUID: GraphQLUUID,
    PositiveInt: GraphQLPositiveInt,

    Query: {
      product: (_: unknown, { id }: Reference, context: CatalogContext) => loadProduct(id, context),
      products: (
        _: unknown,
        { filter, ...page }: { filter?: ProductFilter | null } & ProductConnectionArguments,
        { loaders }: CatalogContext,
      ) => productConnection(page, (asked) => loaders.listProducts({ filter: filter ?? {}, page: asked })),
      category: (_: unknown, { id }: Reference, context: CatalogContext) => loadCategory(id, context),
      categories: (_: unknown, _args: unknown, { loaders }: CatalogContext) => loaders.rootCategories.load('roots'),
      search: (_: unknown, args: { text: string; first?: number | null }, { answerPolicy }: CatalogContext) =>
        search(dependencies.repositories, answerPolicy, args),
    },

    Mutation: {
      publishProduct: async (_: unknown, { input }: { input: PublishProductInput }, context: CatalogContext) => {
        const id = await publishProduct(
          dependencies,
          requireRole(context.viewer, 'MERCHANT'),
          input,
          context.idempotencyKey,
        );
        return { product: await context.loaders.productById.load(id) };
      },
      updateProduct: (_: unknown, { input }: { input: UpdateProductInput }, context: CatalogContext) =>
        updateProduct(dependencies, requireViewer(context.viewer), input),
      recordProductView: async (_: unknown, { input }: { input: RecordProductViewInput }, context: CatalogContext) => ({
        recorded: await recordProductView(dependencies.views, context.viewer, input),
      }),
    },

    Product: {
      __resolveReference: ({ id }: Reference, context: CatalogContext) => loadProduct(id, context),
      id: ({ id }: ProductRow) => encodeId('product', id),
      price: ({ priceMinor, currency }: ProductRow) => toMoney(priceMinor, currency),
      category: ({ categoryId }: ProductRow, _: unknown, { loaders }: CatalogContext) =>
        loaders.categoryById.load(categoryId),
      merchant: ({ merchantId }: ProductRow): Reference => ({ id: encodeId('user', merchantId) }),
      publishedAt: ({ id }: ProductRow) => timeOf(id),
      viewCount: async ({ id }: ProductRow, _: unknown, { loaders }: CatalogContext) =>
        Number(await loaders.viewCountOfProduct.load(id)),
    },

    Category: {
      __resolveReference: ({ id }: Reference, context: CatalogContext) => loadCategory(id, context),
      id: ({ id }: CategoryRow) => encodeId('category', id),
      parent: ({ parentId }: CategoryRow, _: unknown, { loaders }: CatalogContext) =>
        parentId === null ? null : loaders.categoryById.load(parentId),
      children: ({ id }: CategoryRow, _: unknown, { loaders }: CatalogContext) => loaders.childrenOfCategory.load(id),
      products: ({ id }: CategoryRow, args: ProductConnectionArguments, { loaders }: CatalogContext) =>
        productConnection(args, (page) => loaders.productsOfCategory.load({ parentId: id, page })),
    },

    User: {
      // Whether there is such a user is for `accounts` to say; one without products has an empty page.
      __resolveReference: async ({ id }: Reference): Promise<Reference> => ({
        id: encodeId('user', decodeId('user', id)),
      }),
      products: async ({ id }: Reference, args: PageInput, { loaders }: CatalogContext) => {
        const page = pageArguments(args);
        const rows = await loaders.productsOfMerchant.load({ parentId: decodeId('user', id), page });
        return toConnection(rows, page.first, (product) => product.id, page.after);
      },
      recentlyViewed: ({ id }: Reference, args: PageInput, context: CatalogContext) =>
        recentlyViewed(context, decodeId('user', id), pageArguments(args)),
    },
  };
}

function loadProduct(id: string, { loaders }: CatalogContext): Promise<ProductRow | null> {
  return loaders.productById.load(decodeId('product', id));
}

function loadCategory(id: string, { loaders }: CatalogContext): Promise<CategoryRow | null> {
  return loaders.categoryById.load(decodeId('category', id));
}

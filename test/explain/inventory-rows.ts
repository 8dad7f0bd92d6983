import { ReservationRepository } from '@tributary/subgraph-inventory/reservation-repository';
import { StockRepository } from '@tributary/subgraph-inventory/stock-repository';
import type { MarketplaceInUse } from './marketplace-in-use.ts';
import { rowsOf } from './repository-rows.ts';

// None of each product, so that no stock is too small for it.
const linesOf = ({ productIds }: MarketplaceInUse) => productIds.map((productId) => ({ productId, quantity: 0 }));

/** What inventory asks the databases. */
export const inventoryRows = [
  rowsOf(StockRepository, {
    findByProductIds: (stock, { productIds }) => stock.findByProductIds(productIds),
    findInTransaction: (stock, { productIds, inCatalog }) => inCatalog((tx) => stock.findInTransaction(tx, productIds)),
    open: (stock, { newCatalogId: productId, merchantIds: [merchantId = 0n], inCatalog }) =>
      inCatalog((tx) => stock.open(tx, { productId, merchantId, available: 5 })),
    lock: (stock, { productIds, inCatalog }) => inCatalog((tx) => stock.lock(tx, productIds)),
    adjust: (stock, { productIds: [productId = 0n], inCatalog }) => inCatalog((tx) => stock.adjust(tx, productId, 1)),
    reserve: (stock, marketplace) => marketplace.inCatalog((tx) => stock.reserve(tx, linesOf(marketplace))),
    release: (stock, marketplace) => marketplace.inCatalog((tx) => stock.release(tx, linesOf(marketplace))),
  }),
  rowsOf(ReservationRepository, {
    begin: (reservations, { newId, inCatalog }) => inCatalog((tx) => reservations.begin(tx, newId, 'RESERVED')),
    addLines: (reservations, marketplace) =>
      marketplace.inCatalog((tx) =>
        reservations.addLines(
          tx,
          marketplace.newId,
          marketplace.productIds.map((productId) => ({ productId, quantity: 1 })),
        ),
      ),
    reject: (reservations, { orderIds: [orderId = 0n], inCatalog }) =>
      inCatalog((tx) => reservations.reject(tx, orderId)),
    end: (reservations, { orderIds: [orderId = 0n], inCatalog }) => inCatalog((tx) => reservations.end(tx, orderId)),
    findLines: (reservations, { orderIds: [orderId = 0n], inCatalog }) =>
      inCatalog((tx) => reservations.findLines(tx, orderId)),
  }),
];

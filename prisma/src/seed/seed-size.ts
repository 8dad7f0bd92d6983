/** How much seed data there is. */
export interface SeedSize {
  users: number;
  /** Among the users. */
  merchants: number;
  products: number;
  orders: number;
  reviews: number;
}

const DEFAULT_SIZE: SeedSize = { users: 2_000, merchants: 50, products: 1_000, orders: 10_000, reviews: 8_000 };

/** The demo customer has so many orders however small the seed is. */
export const DEMO_ORDERS = 120;

/**
 * Multiplies the default size; the merchants stay as many.
 * @throws RangeError unless the scale is above 0.
 */
export function sizeOfScale(scale: number): SeedSize {
  if (!(scale > 0)) throw new RangeError(`the scale of the seed data is ${scale}, which is not above 0`);
  const { users, merchants, products, orders, reviews } = DEFAULT_SIZE;
  const scaled = (count: number) => Math.round(count * scale);
  return checkSize({
    users: scaled(users),
    merchants,
    products: scaled(products),
    orders: scaled(orders),
    reviews: scaled(reviews),
  });
}

/**
 * Returns the size it was given.
 * @throws RangeError when there is too little of one kind for the others.
 */
export function checkSize(size: SeedSize): SeedSize {
  const { users, merchants, products, orders, reviews } = size;
  const problems = [
    merchants < 1 && 'at least 1 merchant',
    users < merchants + 3 && `at least ${merchants + 3} users (demo customer, administrator, merchants and one more)`,
    products < 20 && 'at least 20 products',
    orders < DEMO_ORDERS && `at least ${DEMO_ORDERS} orders`,
    reviews > orders && 'no more reviews than orders',
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new RangeError(`seed data needs ${problems.join(', ')}`);
  return size;
}

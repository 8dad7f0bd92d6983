/** The objects of the shop refer to each other, so that GraphQL's default resolvers answer everything. */
export interface User {
  readonly __typename: 'User';
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly reviews: readonly Review[];
}

export interface Product {
  readonly __typename: 'Product';
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
  readonly inStock: boolean;
  readonly reviews: readonly Review[];
  /** Computed from price and weight, which the inventory subgraph has only from the representation. */
  shippingEstimate(): number;
}

export interface Review {
  readonly __typename: 'Review';
  readonly id: string;
  readonly body: string;
  readonly author: User;
  readonly product: Product;
}

const people = ['Frances Allen', 'Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra', 'Barbara Liskov'];
const wares =
  'Table Couch Glass Chair Lamp Grill Fridge Sofa Shelf Mirror Carpet Kettle Toaster Clock Vase Stool Desk Bench'.split(
    ' ',
  );
/** A few people write about a few products, which is what makes a recursive answer large. */
const busyAuthors = 2;
const reviewedProducts = 4;
const reviewCount = 14;

/** As they are in memory while the references are still being laid. */
type WithReviews<T> = T & { readonly reviews: Review[] };

export const users: readonly WithReviews<User>[] = people.map((name, index) => ({
  __typename: 'User',
  id: `${index + 1}`,
  name,
  username: name.toLowerCase().replace(' ', '.'),
  reviews: [],
}));

export const products: readonly WithReviews<Product>[] = wares.map((name, index) => ({
  __typename: 'Product',
  upc: `${index + 1}`,
  name,
  price: 100 + ((index * 347) % 1_500),
  weight: 10 + ((index * 132) % 900),
  inStock: index % 3 !== 0,
  reviews: [],
  shippingEstimate,
}));

export const reviews: readonly Review[] = Array.from({ length: reviewCount }, (_, index) => reviewOf(index));

function reviewOf(index: number): Review {
  const author = pick(users, index % busyAuthors);
  const product = pick(products, index % reviewedProducts);
  const review: Review = {
    __typename: 'Review',
    id: `${index + 1}`,
    body: `Review ${index + 1}: ${'as it was described, and it came on the day that was promised'.slice(0, 25 + index * 2)}`,
    author,
    product,
  };
  author.reviews.push(review);
  product.reviews.push(review);
  return review;
}

function shippingEstimate(this: Pick<Product, 'price' | 'weight'>): number {
  if (!Number.isInteger(this.price) || !Number.isInteger(this.weight)) {
    throw new TypeError('shippingEstimate requires price and weight');
  }
  return this.price > 1_000 ? 0 : this.weight / 2;
}

function pick<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`there is no item ${index}`);
  return item;
}

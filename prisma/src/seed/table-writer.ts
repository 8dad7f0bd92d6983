import type { ClientBase } from 'pg';

/** The columns that seed data fills, with their types. */
const TABLES = {
  user_directory: { email: 'text', user_id: 'bigint', state: '"DirectoryState"', claimed_at: 'timestamptz' },
  categories: { id: 'bigint', parent_id: 'bigint', slug: 'text', name: 'text', position: 'integer' },
  products: {
    id: 'bigint',
    merchant_id: 'bigint',
    category_id: 'bigint',
    title: 'text',
    description: 'text',
    price_minor: 'bigint',
    currency: 'text',
    weight_grams: 'integer',
    updated_at: 'timestamptz',
  },
  stock: {
    product_id: 'bigint',
    merchant_id: 'bigint',
    available: 'integer',
    reserved: 'integer',
    updated_at: 'timestamptz',
  },
  stock_reservations: {
    order_id: 'bigint',
    state: '"ReservationState"',
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
  },
  stock_reservation_lines: { order_id: 'bigint', product_id: 'bigint', quantity: 'integer' },
  review_index: { review_id: 'bigint', product_id: 'bigint', author_id: 'bigint', rating: 'smallint' },
  product_views: { product_id: 'bigint', count: 'bigint' },
  product_ratings: { product_id: 'bigint', merchant_id: 'bigint', count: 'integer', sum: 'integer' },
  users: {
    id: 'bigint',
    email: 'text',
    display_name: 'text',
    password_hash: 'text',
    role: '"Role"',
    bio: 'text',
    updated_at: 'timestamptz',
  },
  orders: {
    id: 'bigint',
    buyer_id: 'bigint',
    status: '"OrderStatus"',
    currency: 'text',
    total_minor: 'bigint',
    shipping_country: 'text',
    rejection: 'jsonb',
    updated_at: 'timestamptz',
  },
  order_items: {
    order_id: 'bigint',
    position: 'smallint',
    product_id: 'bigint',
    quantity: 'integer',
    unit_price_minor: 'bigint',
  },
  reviews: {
    id: 'bigint',
    author_id: 'bigint',
    product_id: 'bigint',
    rating: 'smallint',
    title: 'text',
    body: 'text',
    updated_at: 'timestamptz',
  },
  recently_viewed: { user_id: 'bigint', product_id: 'bigint', viewed_at: 'timestamptz' },
  notifications: {
    id: 'bigint',
    user_id: 'bigint',
    kind: '"NotificationKind"',
    subject_id: 'bigint',
    read_at: 'timestamptz',
  },
} as const;

export type SeedTable = keyof typeof TABLES;
type SqlValue = string | number | bigint | Date | null;
export type SeedRow<Table extends SeedTable> = Record<keyof (typeof TABLES)[Table], SqlValue>;

const BATCH_ROWS = 2_000;

/** Collects rows and writes them in large statements, a table at a time. */
export class TableWriter {
  readonly #client: ClientBase;
  readonly #waiting = new Map<SeedTable, Record<string, SqlValue>[]>();
  readonly #onRows: (count: number) => void;

  constructor(client: ClientBase, onRows: (count: number) => void) {
    this.#client = client;
    this.#onRows = onRows;
  }

  add<Table extends SeedTable>(table: Table, row: SeedRow<Table>): void {
    const rows = this.#waiting.get(table) ?? [];
    rows.push(row);
    this.#waiting.set(table, rows);
  }

  /** Writes the tables of which enough rows have come together. */
  async writeFullBatches(): Promise<void> {
    for (const [table, rows] of this.#waiting) if (rows.length >= BATCH_ROWS) await this.#write(table, rows);
  }

  /** Writes what is left. */
  async finish(): Promise<void> {
    for (const [table, rows] of this.#waiting) await this.#write(table, rows);
  }

  async #write(table: SeedTable, rows: readonly Record<string, SqlValue>[]): Promise<void> {
    this.#waiting.delete(table);
    const columns = Object.entries(TABLES[table]);
    const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`);
    await this.#client.query({
      name: `seed ${table}`,
      text: `INSERT INTO ${table} (${columns.map(([column]) => column).join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`,
      values: columns.map(([column]) => rows.map((row) => row[column])),
    });
    this.#onRows(rows.length);
  }
}

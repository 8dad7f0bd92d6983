/** What a function of this package needs of a Prisma client or of its transaction; both generated clients have it. */
export interface SqlTransaction {
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<number>;
  $queryRaw<Rows>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<Rows>;
}

/** A Prisma client that can open a transaction whose statements depend on each other. */
export interface TransactionalClient {
  $transaction<Result>(
    run: (tx: SqlTransaction) => Promise<Result>,
    options?: { maxWait?: number; timeout?: number },
  ): Promise<Result>;
}

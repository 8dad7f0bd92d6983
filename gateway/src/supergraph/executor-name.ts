/** `compiled` is our own executor, `stock` the one of `@apollo/gateway`, to compare with. */
export const executorNames = ['compiled', 'stock'] as const;

/** Who executes query plans. */
export type ExecutorName = (typeof executorNames)[number];

/** The entities of the subgraph that is measured by itself. */
export const entityIds: readonly string[] = Array.from({ length: 100 }, (_, index) => `prd_${10_000 + index}`);

/** By id, as a database would have them. */
export const entityRows: Readonly<Record<string, unknown>> = Object.fromEntries(
  entityIds.map((id, index) => [
    id,
    {
      id,
      title: `The product ${id}`,
      description: 'Keeps. '.repeat(6),
      rating: (index % 9) / 2 + 0.5,
      stock: index % 7,
    },
  ]),
);

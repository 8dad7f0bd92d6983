import type { Databases } from '@tributary/prisma/clients/databases';
import type { MarketplaceInUse } from './marketplace-in-use.ts';

/** Calls a method in the way its subgraph does, in each variant whose SQL differs. */
export type ExplainRow = (marketplace: MarketplaceInUse) => PromiseLike<unknown>;

/** The rows of one repository. */
export interface RepositoryRows {
  /** Of the class. */
  name: string;
  /** What the class has. */
  methods: string[];
  rows: Readonly<Record<string, ExplainRow>>;
}

/** A row for every method of a repository: one that is missing compiles as little as it passes. */
export function rowsOf<Repository extends object>(
  repositoryClass: new (databases: Databases) => Repository,
  rows: {
    readonly [Method in keyof Repository & string]: (
      repository: Repository,
      marketplace: MarketplaceInUse,
    ) => PromiseLike<unknown>;
  },
): RepositoryRows {
  const named = Object.entries<(typeof rows)[keyof typeof rows]>(rows);
  return {
    name: repositoryClass.name,
    methods: Object.getOwnPropertyNames(repositoryClass.prototype).filter((name) => name !== 'constructor'),
    rows: Object.fromEntries(
      named.map(([method, row]) => [
        method,
        (marketplace: MarketplaceInUse) => row(new repositoryClass(marketplace.databases), marketplace),
      ]),
    ),
  };
}

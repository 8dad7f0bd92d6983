import type { Databases } from '@tributary/prisma/clients/databases';
import { recordAppliedBatch } from '@tributary/prisma/counters/applied-batches';
import type { CounterBatch } from '@tributary/runtime/counters/counter-store';
import type { ProductViewsRepository } from './product-views-repository.ts';
import { productViewsOf } from './view-counters.ts';
import type { OnViewStep } from './view-step.ts';

const TRANSACTION_LIMIT_MS = 30_000;

/** Adds a batch to the views of products, in one transaction with the batch's id: told of it again, it adds nothing. */
export async function writeProductViews(
  {
    databases,
    productViews,
    onStep,
  }: { databases: Databases; productViews: ProductViewsRepository; onStep: OnViewStep },
  { id, amounts }: CounterBatch,
): Promise<void> {
  await databases.catalog().$transaction(
    async (tx) => {
      if (!(await recordAppliedBatch(tx, id))) return;
      await onStep('recorded');
      await productViews.add(tx, productViewsOf(amounts));
      await onStep('written');
    },
    { timeout: TRANSACTION_LIMIT_MS },
  );
  await onStep('committed');
}

import { createMemoryCoordination } from '@tributary/runtime/cache/memory-coordination';
import { createMemoryValueStore } from '@tributary/runtime/cache/memory-value-store';
import { CONTRACT_LEASE_MS, describeCoordination } from './coordination-contract.ts';
import { describeValueStore } from './value-store-contract.ts';

describeValueStore('memory', async () => {
  const store = createMemoryValueStore({ limitBytes: 100_000 });
  return { store, tearDown: () => store.close() };
});

describeCoordination('memory', async () => {
  const coordination = createMemoryCoordination({ leaseMs: CONTRACT_LEASE_MS });
  return { coordination, tearDown: () => coordination.close() };
});

/** The name under which this subgraph publishes what its writes make untrue in caches, and nothing else. */
export const PRODUCER = 'accounts';

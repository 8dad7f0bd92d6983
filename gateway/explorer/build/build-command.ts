import { bundleExplorer } from './bundle.ts';

await bundleExplorer(new URL('../dist/', import.meta.url));

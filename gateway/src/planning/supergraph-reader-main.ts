import { parentPort, workerData } from 'node:worker_threads';
import { runInBackground } from './background-priority.ts';

/** A thread that reads one supergraph; what is wrong with it ends the thread. */
const supergraphSdl: unknown = workerData;
if (typeof supergraphSdl !== 'string') throw new TypeError('the thread was given no supergraph');
runInBackground();
// Loading Apollo's libraries is half of its work.
const { printSupergraphSchemas } = await import('./supergraph-schemas.ts');
parentPort?.postMessage(printSupergraphSchemas(supergraphSdl));

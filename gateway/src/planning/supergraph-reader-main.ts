import { parentPort, workerData } from 'node:worker_threads';
import { printSupergraphSchemas } from './supergraph-schemas.ts';

/** A thread that reads one supergraph; what is wrong with it ends the thread. */
const supergraphSdl: unknown = workerData;
if (typeof supergraphSdl !== 'string') throw new TypeError('the thread was given no supergraph');
parentPort?.postMessage(printSupergraphSchemas(supergraphSdl));

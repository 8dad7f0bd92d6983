import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RABBITMQ_START_LIMIT_MS } from '../queue/rabbitmq-server.ts';
import { type FaultsRun, startFaultsRun } from './faults-run.ts';
import { cellName, selectCells } from './matrix/cell.ts';

// Six cells of `npm run faults`, one of each kind of part; one after the other, under one load.

const CELLS = selectCells(
  'catalog-primary/killed, shard-primary/paused, replica/paused, redis/stalled, rabbitmq/killed, reviews/slow',
);
const OPTIONS = { quietMs: 1_500, recoveryLimitMs: 20_000, signal: new AbortController().signal };
/** In the second half what is away has to be known. Of what stands still that takes a probe's second after the interval of probes. */
const FAULT_MS = { paused: 6_000, others: 4_000 };
const CELL_LIMIT_MS = 120_000;

let directory: string;
let faults: FaultsRun;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-faults-test-'));
  // Postgres runs as another user when this runs as root.
  await chmod(directory, 0o711);
  faults = await startFaultsRun({ directory, perSecond: 18 });
}, RABBITMQ_START_LIMIT_MS);
afterAll(async () => {
  await faults?.stop();
  await rm(directory, { recursive: true, force: true });
}, CELL_LIMIT_MS);

describe('clients of a marketplace of which one part is away', () => {
  it.each(CELLS.map((cell) => [cellName(cell), cell] as const))(
    'get what they are promised, during and after: %s',
    async (_name, cell) => {
      const faultMs = cell.harm === 'paused' ? FAULT_MS.paused : FAULT_MS.others;
      const { observation, problems } = await faults.run(cell, { ...OPTIONS, faultMs });

      expect(problems).toEqual([]);
      expect(observation?.during.length).toBeGreaterThan(40);
    },
    CELL_LIMIT_MS,
  );
});

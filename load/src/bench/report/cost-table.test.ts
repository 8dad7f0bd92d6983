import { describe, expect, it } from '@jest/globals';
import type { Contender } from '../contenders/contender.ts';
import type { Measurement } from '../measure/measurement.ts';
import type { Phase } from '../measure/phase.ts';
import type { BenchQuery } from '../queries.ts';
import { costTables } from './cost-table.ts';

const light: BenchQuery = { id: 'light', description: '', body: '' };
const plain: Contender = { id: 'plain', name: 'Plain', isPeer: false, isSharing: false, args: () => [] };
const safe: Contender = { ...plain, id: 'safe', name: 'Safe', withoutId: 'plain' };

function measured({ id }: Contender, cpuMsOfRounds: readonly number[]): Measurement {
  const rounds = cpuMsOfRounds.map((cpuMs) => ({ saturated: phase(cpuMs), paced: phase(cpuMs) }));
  return {
    contenderId: id,
    queryId: light.id,
    checked: { bytes: 1, subgraphRequests: 1 },
    pacedRequestsPerSecond: 1,
    rounds,
  };
}

/** Ten answers. */
function phase(cpuMs: number): Phase {
  const latencies = { p50Ms: 0, p99Ms: 0, maxMs: 0 };
  return {
    ...latencies,
    answers: 10,
    failures: 0,
    elapsedMs: 1,
    cpuMs,
    coreShare: 1,
    peakResidentBytes: 0,
    subgraphRequests: 0,
  };
}

function sectionOf(contenders: readonly Contender[], measurements: readonly Measurement[]) {
  return { title: '', contenders, queries: [light], yardstickId: 'plain', absences: [], measurements };
}

describe('the table of what a contender costs more', () => {
  it('compares its median of CPU a request with that of the one without', () => {
    const measurements = [measured(plain, [1, 9, 1]), measured(safe, [2, 1.1, 1.1])];
    const lines = costTables({ sections: [sectionOf([plain, safe], measurements)] });
    expect(lines).toContain('| light | 0.1000 | 0.1100 | 10.0 % |');
  });

  it('is left out where the one without was not measured', () => {
    expect(costTables({ sections: [sectionOf([safe], [measured(safe, [1])])] })).toEqual([]);
  });
});

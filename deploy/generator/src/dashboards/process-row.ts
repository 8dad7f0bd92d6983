import type { Row } from './dashboard.ts';

/**
 * What a process under Node is busy with.
 * @param jobs a regular expression of the names of jobs
 */
export function processRow(jobs: string): Row {
  const of = `{job=~"${jobs}"}`;
  const legend = '{{job}} {{instance}}';
  return {
    title: 'Processes',
    panels: [
      {
        title: 'Processor time',
        description: 'Of one processor. At 1 the process can do no more, however many processors there are.',
        unit: 'percentunit',
        alarming: 0.9,
        queries: [{ expr: `rate(process_cpu_seconds_total${of}[$__rate_interval])`, legend }],
      },
      {
        title: 'Event loop delay, p99',
        description: 'How late a turn of the event loop comes: all requests wait so long.',
        unit: 's',
        alarming: 0.2,
        queries: [{ expr: `nodejs_eventloop_lag_p99_seconds${of}`, legend }],
      },
      {
        title: 'Garbage collection',
        description: 'The share of its time that a process spends collecting garbage.',
        unit: 'percentunit',
        queries: [
          {
            expr: `sum by (job, instance) (rate(nodejs_gc_duration_seconds_sum${of}[$__rate_interval]))`,
            legend,
          },
        ],
      },
      {
        title: 'Heap and memory',
        description: 'A heap that grows from day to day is a leak.',
        unit: 'bytes',
        queries: [
          { expr: `nodejs_heap_size_used_bytes${of}`, legend: `${legend} heap` },
          { expr: `process_resident_memory_bytes${of}`, legend: `${legend} all` },
        ],
      },
      {
        title: 'Warnings and errors logged',
        description: 'An error is a defect: its line has the stack.',
        unit: 'ops',
        queries: [
          {
            expr: `sum by (job, level) (rate(tributary_log_lines_total{job=~"${jobs}", level=~"warn|error|fatal"}[$__rate_interval]))`,
            legend: '{{job}} {{level}}',
          },
        ],
      },
    ],
  };
}

import { describe, expect, it } from '@jest/globals';
import { metricCatalogue } from '@tributary/runtime/metrics/metric-catalogue';
import { allDashboards } from './all-dashboards.ts';

const panels = allDashboards.flatMap(({ rows }) => rows.flatMap((row) => row.panels));
const shown = new Set(
  panels
    .flatMap(({ queries }) => queries.flatMap(({ expr }) => expr.match(/\btributary_\w+/g) ?? []))
    .map((name) => name.replace(/_(bucket|sum|count)$/, '')),
);

describe('the dashboards', () => {
  it('show every metric of the catalogue, and none that nobody counts', () => {
    expect([...shown].toSorted()).toEqual(Object.keys(metricCatalogue).toSorted());
  });

  it('say of every panel what can be told from it, and of every line what it is', () => {
    for (const { title, description, queries } of panels) {
      expect({ title, description }).toEqual({ title, description: expect.stringMatching(/^\S.*\.$/) });
      expect(queries.every(({ legend }) => legend !== '')).toBe(true);
    }
  });

  it('name in legends only what their queries are grouped by', () => {
    for (const { expr, legend } of panels.flatMap(({ queries }) => queries)) {
      const grouped = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(/,\s*/);
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      if (grouped)
        expect({ expr, left: named.filter((label) => !grouped.includes(label ?? '')) }).toEqual({ expr, left: [] });
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { allDashboards } from './all-dashboards.ts';
import { grafanaDashboard } from './grafana-json.ts';

const gridSchema = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });
const dashboardSchema = z.object({
  uid: z.string(),
  panels: z.array(
    z.object({
      id: z.number(),
      type: z.enum(['row', 'timeseries']),
      title: z.string(),
      gridPos: gridSchema,
      datasource: z.object({ type: z.literal('prometheus'), uid: z.literal('prometheus') }).optional(),
      targets: z.array(z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() })).default([]),
    }),
  ),
});

type Grid = z.output<typeof gridSchema>;

function overlaps(one: Grid, other: Grid): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
}

describe("Grafana's form of a dashboard", () => {
  it.each(allDashboards)('has every panel of "$title" at a place of its own, below its row', (dashboard) => {
    const { uid, panels } = dashboardSchema.parse(grafanaDashboard(dashboard));
    expect(uid).toBe(dashboard.id);
    expect(panels.map(({ title }) => title)).toEqual(
      dashboard.rows.flatMap((row) => [row.title, ...row.panels.map(({ title }) => title)]),
    );
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [index, { gridPos }] of panels.entries()) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      expect(panels.slice(index + 1).filter((other) => overlaps(gridPos, other.gridPos))).toEqual([]);
    }
  });

  it.each(allDashboards)('asks what the panels of "$title" ask, each query by a letter', (dashboard) => {
    const { panels } = dashboardSchema.parse(grafanaDashboard(dashboard));
    const graphs = panels.filter(({ type }) => type === 'timeseries');
    expect(graphs.map(({ targets }) => targets.map(({ expr }) => expr))).toEqual(
      dashboard.rows.flatMap((row) => row.panels.map(({ queries }) => queries.map(({ expr }) => expr))),
    );
    for (const { targets } of graphs) expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });
});

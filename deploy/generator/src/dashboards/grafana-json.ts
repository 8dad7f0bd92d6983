import type { Dashboard, Panel, Row } from './dashboard.ts';

/** As Grafana's provisioning names it. */
const DATA_SOURCE = { type: 'prometheus', uid: 'prometheus' };
/** Of Grafana's grid, which is 24 wide. */
const PANEL = { w: 8, h: 8 };
const PANELS_IN_A_LINE = 3;
const SCHEMA_VERSION = 39;

/** A dashboard as Grafana imports it. */
export function grafanaDashboard({ id, title, rows }: Dashboard): Readonly<Record<string, unknown>> {
  const panels: unknown[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: 24, h: 1 },
    });
    y += 1;
    for (const [index, panel] of row.panels.entries()) {
      const place = { x: (index % PANELS_IN_A_LINE) * PANEL.w, y: y + Math.floor(index / PANELS_IN_A_LINE) * PANEL.h };
      panels.push({ id: panels.length + 1, ...graph(panel), gridPos: { ...place, ...PANEL } });
    }
    y += heightOf(row);
  }
  return {
    uid: id,
    title,
    tags: ['tributary'],
    schemaVersion: SCHEMA_VERSION,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    panels,
  };
}

function heightOf({ panels }: Row): number {
  return Math.ceil(panels.length / PANELS_IN_A_LINE) * PANEL.h;
}

function graph({ title, description, unit, queries, alarming }: Panel): Readonly<Record<string, unknown>> {
  const steps = [
    { color: 'green', value: null },
    ...(alarming === undefined ? [] : [{ color: 'red', value: alarming }]),
  ];
  return {
    type: 'timeseries',
    title,
    description,
    datasource: DATA_SOURCE,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: 'absolute', steps },
        custom: { thresholdsStyle: { mode: alarming === undefined ? 'off' : 'line' } },
      },
      overrides: [],
    },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATA_SOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}

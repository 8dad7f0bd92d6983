import type { Dashboard } from './dashboard.ts';
import { dataDashboard } from './data-dashboard.ts';
import { eventsDashboard } from './events-dashboard.ts';
import { gatewayDashboard } from './gateway-dashboard.ts';
import { subgraphsDashboard } from './subgraphs-dashboard.ts';

/** Every dashboard, in the order in which one looks at them when something is wrong. */
export const allDashboards: readonly Dashboard[] = [
  gatewayDashboard,
  subgraphsDashboard,
  dataDashboard,
  eventsDashboard,
];

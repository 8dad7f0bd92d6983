import { startTestGraph } from '../kit/test-graph.ts';
import { describePlacingOrders } from './placing-orders.ts';

describePlacingOrders(() => startTestGraph({ name: 'place_order' }));
